/** `deno task schema`: writes `schema/generated` anew. */
import { generate } from "./generate.ts";

for (const { url, text } of await generate()) await Deno.writeTextFile(url, text);
