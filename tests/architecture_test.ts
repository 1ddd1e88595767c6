import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { violations } from "./architecture/rules.ts";
import { readSourceTree, type SourceTree } from "./architecture/source_tree.ts";

Deno.test("architecture: the project keeps its rules", async () => {
  const tree = await readSourceTree();
  // What was not read cannot break a rule.
  assert(tree.files.some(({ path }) => path === "tests/architecture_test.ts"));
  assert(tree.imports.some(({ from, to }) => from === "domain/frame.ts" && to === "domain/publication.ts"));
  assert(tree.imports.some(({ from, to }) => from.startsWith("adapters/kafka/") && to.startsWith("npm:kafkajs@")));
  assertEquals(violations(tree), []);
});

/** A tree of imports as in "a.ts > b.ts"; each file has ten lines. */
function tree(...imports: string[]): SourceTree {
  const pairs = imports.map((pair) => pair.split(" > ") as [string, string]);
  const paths = [...new Set(pairs.flat())].filter((path) => !/^(npm|node|jsr|https):/.test(path));
  return {
    files: paths.map((path) => ({ path, lines: 10 })),
    imports: pairs.map(([from, to]) => ({ from, to })),
  };
}

const allowed = [
  "main.ts > adapters/kafka/mod.ts",
  "commands/serve.ts > domain/gateway.ts",
  "mod.ts > domain/gateway.ts",
  "domain/gateway.ts > streams/limit_groups_in_flight.ts",
  "domain/gateway.ts > npm:rxjs@7.8.2",
  "adapters/kafka/tail.ts > domain/ports/log.ts",
  "adapters/kafka/client.ts > npm:kafkajs@2.2.4",
  "adapters/websocket/http_server.ts > node:http",
  "adapters/config/configuration.ts > adapters/telemetry/mod.ts",
  "schema/json/json_codec.ts > domain/ports/codec.ts",
  "tests/kafka/broker.ts > npm:kafkajs@2.2.4",
  "bench/produce/main.ts > npm:kafkajs@2.2.4",
];

for (const pair of allowed) {
  Deno.test(`architecture: ${pair} is allowed`, () => assertEquals(violations(tree(pair)), []));
}

const forbidden: Record<string, string> = {
  "domain/gateway.ts > adapters/kafka/mod.ts": "domain may not",
  "domain/gateway.ts > schema/mod.ts": "domain may not",
  "domain/gateway.ts > npm:ws@8.23.0": "domain may not",
  "domain/gateway.ts > npm:rxjs-extras@1.0.0": "domain may not",
  "domain/gateway.ts > node:crypto": "domain may not",
  "streams/keyed_concat.ts > domain/channel.ts": "streams may not",
  "schema/json/json_codec.ts > adapters/http/answer.ts": "schema may not",
  "adapters/http/answer.ts > main.ts": "adapters may not",
  "adapters/http/answer.ts > commands/serve.ts": "adapters may not",
  "adapters/websocket/inbox.ts > adapters/kafka/client.ts": "adapters may not",
  "adapters/http/answer.ts > https://example.com/mod.ts": "adapters may not",
  "adapters/http/answer.ts > tests/holds.ts": "adapters may not",
  "mod.ts > adapters/kafka/mod.ts": "mod.ts may not",
  "client/mod.ts > adapters/kafka/mod.ts": "client may not",
  "elsewhere/mod.ts > mod.ts": "elsewhere/mod.ts is in no room",
  "adapters/log/log.ts > npm:kafkajs@2.2.4": "only adapters/kafka may",
  "main.ts > npm:kafkajs@2.2.4": "only adapters/kafka may",
  "domain/a.ts > domain/a.ts": "in a cycle: domain/a.ts -> domain/a.ts",
};

for (const [pair, said] of Object.entries(forbidden)) {
  Deno.test(`architecture: ${pair} is refused`, () => assertStringIncludes(violations(tree(pair)).join("\n"), said));
}

Deno.test("architecture: a cycle over several files is named, wherever it is entered", () => {
  const found = violations(tree("main.ts > domain/a.ts", "domain/a.ts > domain/b.ts", "domain/b.ts > domain/a.ts"));
  assertEquals(found, ["Imports go round in a cycle: domain/a.ts -> domain/b.ts -> domain/a.ts"]);
  assertEquals(
    violations(tree("domain/a.ts > domain/b.ts", "domain/a.ts > domain/c.ts", "domain/b.ts > domain/c.ts")),
    [],
  );
});

Deno.test("architecture: types may refer to each other, and are still held to the arrows", () => {
  const types = ([from, to]: [string, string]) => ({ from, to, typesOnly: true });
  const judge = (...pairs: [string, string][]) => violations({ files: [], imports: pairs.map(types) });
  assertEquals(judge(["domain/a.ts", "domain/b.ts"], ["domain/b.ts", "domain/a.ts"]), []);
  assertEquals(judge(["domain/a.ts", "adapters/kafka/mod.ts"]).length, 1);
});

Deno.test("architecture: what the public surface loads through others is found", () => {
  const found = violations(tree("mod.ts > schema/mod.ts", "schema/mod.ts > node:zlib"));
  assertEquals(found, ["schema/mod.ts imports node:zlib: schema may not", "mod.ts loads node:zlib"]);
  assertEquals(
    violations(tree("testing/mod.ts > adapters/log/sqlite.ts", "adapters/log/sqlite.ts > node:sqlite")),
    ["testing/mod.ts loads node:sqlite"],
  );
});

Deno.test("architecture: files are short and named after their concept", () => {
  const judge = (path: string, lines = 250) => violations({ files: [{ path, lines }], imports: [] });
  for (const path of ["domain/frame.ts", "lint/mod.ts", "jsr/assert/mod.d.ts", "tests/domain/utility_test.ts"]) {
    assertEquals(judge(path), [], path);
  }
  const refused = [
    "index.ts",
    "Frame.ts",
    "frame-kind.ts",
    "frame.test.ts",
    "utils.ts",
    "log_helper.ts",
    "user_service_test.ts",
  ];
  for (const name of refused) assertEquals(judge(`domain/${name}`).length, 1, name);
  assertEquals(judge("schema/generated/gateway.ts", 2000), []);
  assertEquals(judge("domain/frame.ts", 251), ["domain/frame.ts has 251 lines: at most 250, one concept a file"]);
});
