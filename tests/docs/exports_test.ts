import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

Deno.test("docs: the guide to pipelines tells what each export has", async () => {
  const guide = await Deno.readTextFile(new URL("../../docs/pipelines.md", import.meta.url));
  const told = [...guide.matchAll(/^\| `(@tidegate\/[^`]+)` /gm)].map(([, specifier]) => specifier!);
  assertEquals(told.sort(), Object.keys(config.exports).map((name) => config.name + name.slice(1)).sort());
});
