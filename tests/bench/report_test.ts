import { assert, assertEquals, assertThrows } from "@std/assert";
import { markdownOf } from "../../bench/report/markdown.ts";
import { shortNumber, spreadText } from "../../bench/report/numbers.ts";
import { ratioOf, spreadOf } from "../../bench/report/statistics.ts";
import { markdownTable, scenarioTables } from "../../bench/report/table.ts";
import { between } from "../../bench/report/write.ts";
import { fanout } from "../../bench/scenarios/fanout.ts";
import { measured } from "./measured.ts";

Deno.test("bench report: a median is the middle one, or the mean of the two in the middle", () => {
  assertEquals(spreadOf([]), undefined);
  assertEquals(spreadOf([5, 1, 9]), { median: 5, min: 1, max: 9 });
  assertEquals(spreadOf([4, 1, 9, 2]), { median: 3, min: 1, max: 9 });
});

Deno.test("bench report: a ratio is that of the rounds, and not of what could not be measured", () => {
  assertEquals(ratioOf([10, 30, 8], [5, 10, 8]), { median: 2, min: 1, max: 3 });
  assertEquals(ratioOf([10, 30], [0, 10]), { median: 3, min: 3, max: 3 });
  assertEquals(ratioOf([], [1]), undefined);
});

Deno.test("bench report: numbers are shown with three digits", () => {
  const shown = [3_123_456, 999.9, 123.4, 12.34, 1.234, 0.4567, 0.01234, 0, 100].map(shortNumber);
  assertEquals(shown, ["3,120,000", "1,000", "123", "12.3", "1.23", "0.457", "0.0123", "0", "100"]);
  assertEquals(spreadText({ median: 2, min: 1, max: 3 }), "2 (1-3)");
  assertEquals(spreadText({ median: 2, min: 2, max: 2 }), "2");
  assertEquals(spreadText(undefined), "-");
});

Deno.test("bench report: a table is as wide as its cells", () => {
  const rows = [["server", "p"], ["a", "1,000"]];
  assertEquals(markdownTable(rows), "| server | p     |\n| ------ | ----- |\n| a      | 1,000 |");
});

Deno.test("bench report: a scenario's table has medians, ratios to the reference, loss, and whose limit it was", () => {
  const busy = { ...measured({}).harness, loadCores: [0.95, 0.2] };
  const table = scenarioTables(fanout, [
    measured({ server: "tidegate", operations: 100_000, cpuSeconds: 1 }),
    measured({ server: "tidegate", round: 2, operations: 140_000, cpuSeconds: 1, harness: busy }),
    measured({ server: "tidegate", round: 3, operations: 120_000, cpuSeconds: 1 }),
    ...[1, 2, 3].map((round) =>
      measured({ server: "socketio", round, operations: 10_000, cpuSeconds: 2, expected: 10_000, missing: 1_000 })
    ),
  ]);
  const rows = table.split("\n").filter((line) => line.startsWith("| ")).map((line) =>
    line.split("|").map((cell) => cell.trim())
  );
  assertEquals(rows.length, 4);
  const [, , tidegate, peer] = rows as [string[], string[], string[], string[]];
  assertEquals(tidegate.slice(1, 3), ["Tidegate", "60,000 (50,000-70,000), 12 x"]);
  assertEquals(tidegate[7], "8.33 (7.14-10), 0.0417 x");
  assertEquals(tidegate.at(-2), "95%, limit in 1 of 3");
  assertEquals(peer.slice(1, 3), ["Socket.IO + kafkajs", "5,000"]);
  assertEquals(peer.slice(-4, -1), ["3,000 (10%)", "0", "20%"]);
});

Deno.test("bench report: runs that failed, and connections that ended, are said", () => {
  const ended = { ...measured({}).harness, ended: { "closed: 4001 slow consumer": 3 } };
  const text = markdownOf({
    began: "2026-01-02T03:04:05Z",
    machine: { cores: 2, processor: "P", memoryGb: 8, system: "linux", load: 0.1 },
    versions: { tidegate: { Deno: "2.9.6" }, ws: { Node: "v20.1.0" } },
    rounds: 1,
    seconds: 5,
    runs: [measured({ harness: ended })],
    failed: [{ scenario: "idle", server: "ws", round: 1, reason: "it broke\nhere" }],
  }, fanout);
  assert(text.startsWith("2026-01-02, 2 cores of P, 8 GB, linux, load 0.1 before. Deno 2.9.6, Node 20.1.0. "), text);
  assert(text.includes("\n- idle, ws + kafkajs, round 1: it broke\n"), text);
  assert(text.includes("\n- fanout-1000, Tidegate, round 1: 3 connections ended: closed: 4001 slow consumer\n"), text);
});

Deno.test("bench report: a document's text between its marks is replaced, and only that", () => {
  const [begin, end] = ["<!-- results: written by `deno task bench --write-docs` -->", "<!-- end of results -->"];
  assertEquals(between(`a\n${begin}\nold\n${end}\nb`, "new"), `a\n${begin}\n\nnew\n${end}\nb`);
  assertThrows(() => between("a", "new"), Error, "Cannot write results");
});
