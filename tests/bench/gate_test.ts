import { assert, assertEquals } from "@std/assert";
import { groupRuns } from "../../bench/report/figures.ts";
import { type Gate, judge, judgementCells } from "../../bench/report/gate.ts";
import { GATES } from "../../bench/report/gates.ts";
import { SCENARIOS } from "../../bench/scenarios/all.ts";
import { measured } from "./measured.ts";

const atMost: Gate = {
  scenario: "fanout-1000",
  figure: "p99",
  what: "p99",
  bound: "at most",
  gate: 40,
  goal: 20,
  unit: " ms",
};
const ratio: Gate = {
  scenario: "fanout-1000",
  figure: "rate",
  what: "deliveries/s",
  beside: { server: "socketio" },
  bound: "at least",
  gate: 15,
  goal: 40,
  unit: " x",
};

function p99s(...values: number[]) {
  return groupRuns(values.map((p99, at) => measured({ round: at + 1, latencies: { p50: 1, p90: 2, p99, p999: 99 } })));
}

function rates(own: number, other: number) {
  return groupRuns([measured({ operations: own }), measured({ operations: other, server: "socketio" })]);
}

Deno.test("bench gates: a limit holds for the median, its own value included", () => {
  assertEquals([[41, 10, 90], [40, 1, 90], [20, 1, 90]].map((values) => judge(atMost, p99s(...values)).holds), [
    "no",
    "gate",
    "goal",
  ]);
});

Deno.test("bench gates: a ratio is to the other server in the same scenario", () => {
  assertEquals([14, 15, 40].map((times) => judge(ratio, rates(times * 100, 100)).holds), ["no", "gate", "goal"]);
});

Deno.test("bench gates: a round that one of the two has not is left out of the ratio", () => {
  const runs = [
    measured({ round: 2, operations: 3_000 }),
    ...[1, 2].map((round) => measured({ round, operations: round * 100, server: "socketio" })),
  ];
  assertEquals(judge(ratio, groupRuns(runs)).measured, { median: 15, min: 15, max: 15 });
});

Deno.test("bench gates: a scenario is judged by another one of Tidegate's", () => {
  const gate: Gate = {
    ...atMost,
    scenario: "scale",
    figure: "cpuEach",
    beside: { scenario: "fanout-1000" },
    gate: 1.1,
    goal: 1,
  };
  const groups = groupRuns([measured({ cpuSeconds: 1 }), measured({ scenario: "scale", cpuSeconds: 1.2 })]);
  assertEquals(judge(gate, groups).measured?.median, 1.2);
  assertEquals(judge(gate, groups).holds, "no");
});

Deno.test("bench gates: what was not run is not judged", () => {
  assertEquals(judge(ratio, groupRuns([measured({})])), { gate: ratio });
  assertEquals(judgementCells({ gate: ratio }).slice(-2), ["-", "not measured"]);
});

Deno.test("bench gates: a row says what was promised and what came of it", () => {
  assertEquals(judgementCells(judge(atMost, p99s(41))), [
    "fanout-1000",
    "p99",
    "at most 40 ms",
    "at most 20 ms",
    "41 ms",
    "**no**",
  ]);
});

Deno.test("bench gates: each is of a scenario that there is", () => {
  const names = SCENARIOS.map(({ name }) => name);
  for (const { scenario, beside } of GATES) {
    assert(names.includes(scenario), scenario);
    if (beside && "scenario" in beside) assert(names.includes(beside.scenario), beside.scenario);
  }
});
