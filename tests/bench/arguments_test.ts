import { assertEquals, assertThrows } from "@std/assert";
import { parseArguments, USAGE } from "../../bench/arguments.ts";
import { SCENARIOS } from "../../bench/scenarios/all.ts";
import { SERVERS } from "../../bench/servers/all.ts";

function parsed(...args: string[]) {
  const options = parseArguments(args);
  if (options === "help") throw new Error("Help was asked for");
  const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
  return { ...options, scenarios: names(options.scenarios), servers: names(options.servers) };
}

Deno.test("bench arguments: without any, all servers run all scenarios but the smoke test, five times", () => {
  const { scenarios, servers, rounds, seconds, out, writeDocs } = parsed();
  assertEquals(scenarios, SCENARIOS.map(({ name }) => name).filter((name) => name !== "smoke"));
  assertEquals(servers, ["tidegate", "socketio", "ws"]);
  assertEquals({ rounds, seconds, out, writeDocs }, { rounds: 5, seconds: 5, out: "bench/results", writeDocs: false });
});

Deno.test("bench arguments: scenarios are named alone or by group, and run once in the order of tables", () => {
  assertEquals(parsed("publish-1", "unicast", "unicast-2000").scenarios, [
    "unicast-2000",
    "unicast-10000",
    "publish-1",
  ]);
  assertEquals(parsed("smoke").scenarios, ["smoke"]);
});

Deno.test("bench arguments: options are taken", () => {
  const { servers, rounds, seconds, out, writeDocs } = parsed(
    ..."--servers ws,tidegate --rounds 3 --seconds 1.5 --out /tmp/x --write-docs".split(" "),
  );
  assertEquals({ servers, rounds, seconds, out, writeDocs }, {
    servers: ["ws", "tidegate"],
    rounds: 3,
    seconds: 1.5,
    out: "/tmp/x",
    writeDocs: true,
  });
});

Deno.test("bench arguments: quick is one short round, and what is said besides goes before it", () => {
  const { rounds, seconds } = parsed("--quick", "--seconds", "3");
  assertEquals({ rounds, seconds }, { rounds: 1, seconds: 3 });
});

const refused: Record<string, string> = {
  "fanout-7": 'Cannot run "fanout-7": there is no such scenario',
  "--fast": "Cannot use --fast: there is no such option",
  "--rounds": "Cannot use --rounds: a value has to follow it",
  "--rounds --quick": "Cannot use --rounds: a value has to follow it",
  "--rounds 0": "Cannot use --rounds 0: it takes a number over 0",
  "--rounds 1.5": "Cannot use --rounds 1.5: it takes a whole number",
  "--seconds x": "Cannot use --seconds x: it takes a number over 0",
  "--servers tidegate,nginx": 'Cannot run "nginx": servers are tidegate, socketio, ws',
};

for (const [args, said] of Object.entries(refused)) {
  Deno.test(`bench arguments: ${args} is refused with the way out`, () => {
    assertThrows(() => parseArguments(args.split(" ")), Error, said);
  });
}

Deno.test("bench arguments: the help names every scenario and server", () => {
  assertEquals(parseArguments(["fanout", "--help"]), "help");
  for (const { name } of [...SCENARIOS, ...SERVERS]) assertEquals([name, USAGE.includes(name)], [name, true]);
});
