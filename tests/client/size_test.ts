import { assert, assertEquals } from "@std/assert";
import { runDeno } from "../gate/run_deno.ts";

const MOST_BYTES = 20 * 1024;

Deno.test("client: for JSON it has at most 20 KB, minified, without RxJS, and brings nothing else along", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-bundle-" });
  try {
    const bundle = `${folder}/client.js`;
    const args = ["bundle", "--quiet", "--minify", "--platform", "browser", "--external", "rxjs", "-o", bundle];
    assert((await runDeno("Bundle", [...args, "client/mod.ts"])).success);
    const code = await Deno.readTextFile(bundle);
    console.log(`client: ${code.length} bytes`);
    assert(code.length <= MOST_BYTES, `${code.length} bytes`);
    const from = new Set(Array.from(code.matchAll(/\bfrom\s*"([^"]+)"/g), ([, specifier]) => specifier));
    assertEquals([...from], ["rxjs"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
