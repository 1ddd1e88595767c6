import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { Consumer } from "./consumer.ts";

/** The exports that need no permission to load. */
const LIGHT = [".", "./streams", "./testing"];

/** The specifier that a script imports an export by. */
function specifierOf(name: string): string {
  return config.name + name.slice(1);
}

Deno.test("package: every export resolves and type-checks in a project that has the package", async () => {
  const names = Object.keys(config.exports);
  const lines = names.map((name, at) =>
    `import * as part${at} from ${JSON.stringify(specifierOf(name))};\nconsole.log(Object.keys(part${at}).length);\n`
  );
  await using consumer = await Consumer.of({ "all.ts": lines.join("") });
  const { success, stderr } = await consumer.deno("check", "all.ts");
  assert(success, stderr);
});

Deno.test("package: what the guide says to load without a permission does", async () => {
  const guide = await Deno.readTextFile(new URL("../../docs/pipelines.md", import.meta.url));
  const light = [...guide.matchAll(/^\| `(@tidegate\/[^`]+)` .*\| none +\|$/gm)].map(([, specifier]) => specifier!);
  assert(light.length > LIGHT.length);
  const lines = light.map((specifier) => `await import(${JSON.stringify(specifier)});\n`);
  await using consumer = await Consumer.of({ "load.ts": lines.join("") });
  const { success, stderr } = await consumer.deno("run", "--no-prompt", "load.ts");
  assert(success, stderr);
});

Deno.test("package: what is no export cannot be imported, and a wrong use of one does not type-check", async () => {
  await using consumer = await Consumer.of({
    "private.ts": `import "${config.name}/domain/gateway.ts";\n`,
    "wrong.ts": `import { compileRoute } from "${config.name}";\ncompileRoute({ channel: 7 });\n`,
  });
  assert(!(await consumer.deno("check", "private.ts")).success);
  assertStringIncludes((await consumer.deno("check", "wrong.ts")).stderr, "TS2322");
});

for (const name of LIGHT) {
  Deno.test(`package: ${specifierOf(name)} loads without any permission, and without Kafka, sockets or Node`, async () => {
    await using consumer = await Consumer.of({
      "load.ts": `console.log(Object.keys(await import(${JSON.stringify(specifierOf(name))})).length > 0);\n`,
    });
    const { success, stdout, stderr } = await consumer.deno("run", "--no-prompt", "load.ts");
    assert(success, stderr);
    assertEquals(stdout, "true\n");
    const graph = await consumer.deno("info", "--json", "load.ts");
    assert(graph.success, graph.stderr);
    const specifiers: string[] = JSON.parse(graph.stdout).modules.map((module: { specifier: string }) =>
      module.specifier
    );
    assert(specifiers.some((specifier) => specifier.startsWith("npm:/rxjs@")), "the graph was not read");
    assertEquals(specifiers.filter((specifier) => /kafkajs|\/ws@|^node:/.test(specifier)), []);
  });
}

Deno.test("package: a pipeline's test runs without any permission, and an hour takes no time", async () => {
  await using consumer = await Consumer.of({
    "sample_test.ts": `
import { assertEquals } from "@std/assert";
import { runMarbles, testGateway } from "${config.name}/testing";
import { debounceTime, map } from "rxjs";

Deno.test("a message reaches a subscriber", () => {
  using gateway = testGateway({ routes: [{ channel: "chat:{room}", topic: "chat" }] });
  const bob = gateway.subscriber("bob", "chat:lobby");
  gateway.connect("ann").publish("chat:lobby", { text: "hello" });
  gateway.clock.advance(3_600_000);
  assertEquals(bob.payloads, [{ text: "hello" }]);
});

Deno.test("an hour", () => {
  runMarbles(({ cold, emits, scheduler }) => {
    emits(cold("a|").pipe(map((a) => a + a), debounceTime(3_600_000, scheduler)), "-(b|)", { values: { b: "aa" } });
    emits(cold("a").pipe(debounceTime(3_600_000, scheduler)), "60m a");
  });
});
`,
  });
  const { success, stdout, stderr } = await consumer.deno("test", "--no-prompt", "sample_test.ts");
  assert(success, stdout + stderr);
  assertStringIncludes(stdout, "2 passed");
});
