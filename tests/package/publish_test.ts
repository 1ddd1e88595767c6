import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** What Deno has to say of things that are as they should be. */
const EXPECTED = [
  // Types of rxjs name other parts of rxjs by paths that only its package.json explains.
  /^ Warning Failed resolving types\..*\/rxjs\//,
  // The modules of routes are the user's: what they are called is in the configuration.
  /^adapters\/pipeline\/load_pipelines\.ts warning\[unanalyzable-dynamic-import\]/,
];

Deno.test("package: it can be published, with its sources and documentation and nothing else", async () => {
  // What is not committed yet is published on trial, too: this is about the files as they are.
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: ROOT,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  assert(success, said);
  const complaints = [...said.matchAll(/^((?:warning|error).*)\n(?: *--> (.*?):)?/gim)]
    .map(([, complaint, path = ""]) => `${path.replace(ROOT.pathname, "")} ${complaint}`)
    .filter((complaint) => !EXPECTED.some((pattern) => pattern.test(complaint)));
  assertEquals(complaints, []);

  const files = said.matchAll(/^ +file:\/\/(.*) \([0-9.]+[KM]?B\)$/gm);
  const paths = Array.from(files, ([, path]) => path!.slice(ROOT.pathname.length));
  for (const path of [...Object.values(config.exports), "README.md", "LICENSE", "main.ts"]) {
    assert(paths.includes(path.replace("./", "")), `${path} is not in the package`);
  }
  const rooms = new Set(paths.map((path) => path.split("/")[0]!).filter((room) => !room.includes(".")));
  const published = new Set([
    "LICENSE",
    "adapters",
    "client",
    "commands",
    "docs",
    "domain",
    "schema",
    "streams",
    "testing",
  ]);
  assertEquals([...rooms].filter((room) => !published.has(room)), []);
  assertEquals(paths.filter((path) => /(^|\/)\.|_test\.ts$/.test(path)), []);
});
