import { assert, assertEquals, assertMatch } from "@std/assert";
import { commandOf } from "./example_process.ts";

const FOLDER = new URL("../../examples/", import.meta.url);
const MOST_LINES = 60;

const names = (await Array.fromAsync(Deno.readDir(FOLDER)))
  .flatMap(({ name }) => name.endsWith(".ts") ? [name.slice(0, -".ts".length)] : [])
  .sort();

for (const name of names) {
  Deno.test(`example ${name}: it is short, and can be copied out: it imports packages alone`, async () => {
    const text = await Deno.readTextFile(new URL(`${name}.ts`, FOLDER));
    assert(text.split("\n").length - 1 < MOST_LINES, `${name} has ${text.split("\n").length - 1} lines`);
    const imported = [...text.matchAll(/ from "([^"]+)";$/gm)].map(([, specifier]) => specifier!);
    assert(imported.length > 0);
    assertEquals(imported.filter((specifier) => !/^(@tidegate\/tidegate(\/|$)|rxjs$)/.test(specifier)), []);
  });

  Deno.test(`example ${name}: its command names each permission that it needs, and none without bounds`, async () => {
    const command = await commandOf(name);
    const flags = command.filter((word) => word.startsWith("-"));
    for (const flag of flags) assertMatch(flag, /^(--allow-(net|read|write|env)=|--config$|-P)/, command.join(" "));
    assert(command.some((word) => word.endsWith(".ts") || word === "serve"));
  });
}

Deno.test("examples: the index shows each, with its test", async () => {
  const index = await Deno.readTextFile(new URL("README.md", FOLDER));
  const listed = [...index.matchAll(/\]\(([a-z_]+)\.ts\)/g)].map(([, name]) => name!).sort();
  assertEquals([...new Set(listed)], names);
  const tests = [...index.matchAll(/\]\(\.\.\/tests\/examples\/([a-z_]+)_test\.ts\)/g)].map(([, name]) => name!);
  assertEquals(tests.filter((name) => name !== "on_kafka").sort(), names);
});
