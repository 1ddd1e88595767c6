/** What Deno Deploy runs has to work on Deno 2.5. */
import { assertEquals } from "@std/assert";
import { denoNames } from "./architecture/deno_names.ts";
import { readSourceTree } from "./architecture/source_tree.ts";

/** What of Deno 2.5's stable API the way of `deno serve` uses. A name is added here when that version has it. */
const ALLOWED = [
  "NetAddr",
  "ServeHandlerInfo",
  "addSignalListener",
  "args",
  "env",
  "errors",
  "exit",
  "memoryUsage",
  "noColor",
  "readTextFileSync",
  "removeSignalListener",
  "stderr",
  "stdout",
  "unrefTimer",
  "upgradeWebSocket",
];

/** What other commands than the server alone load. */
const COMMANDS = /^commands\/(serve|check|pub|sub|token|deny)\.ts$/;
/** What is not there on Deno Deploy: a file, and a server of node:http. */
const ELSEWHERE = /^adapters\/log\/sqlite/;

Deno.test("deno serve and Deno Deploy use names of Deno 2.5 alone, and load no ws", async () => {
  const { imports } = await readSourceTree();
  const loaded = new Set(["main.ts"]);
  for (const path of loaded) {
    for (const { from, to, typesOnly } of imports) {
      if (from === path && !typesOnly && !COMMANDS.test(to) && !ELSEWHERE.test(to)) loaded.add(to);
    }
  }
  assertEquals([...loaded].filter((path) => /^npm:(ws|@hono\/node-server)@|^node:http$/.test(path)), []);
  const files = [...loaded].filter((path) => path.endsWith(".ts"));
  const names = new Set<string>();
  for (const file of files) {
    const source = await Deno.readTextFile(new URL(`../${file}`, import.meta.url));
    for (const name of denoNames(source)) names.add(name);
  }
  assertEquals([...names].filter((name) => !ALLOWED.includes(name)).sort(), []);
  assertEquals(ALLOWED.filter((name) => !names.has(name)), []);
});

Deno.test("names of Deno are found in code, and not in comments", () => {
  const source = "/** Deno.old */\nconst a = Deno.env.get('x'); // Deno.gone\nDeno.serve(Deno.errors.NotFound);\n";
  assertEquals([...denoNames(source)], ["env", "serve", "errors"]);
});
