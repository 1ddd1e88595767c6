import { assertEquals } from "@std/assert";
import { faultTable } from "./fault_table.ts";

Deno.test("fault table: rounds are added up, and the silence is the longest one", () => {
  const result = { writtenTwice: 1, problems: [], lastLines: "" };
  const table = faultTable([
    {
      name: "one",
      results: [
        { ...result, publishes: 10, acked: 9, longestSilenceMs: 1_250 },
        { ...result, publishes: 5, acked: 5, longestSilenceMs: 40, problems: [{ breach: "doubled", text: "m twice" }] },
      ],
    },
    { name: "another", results: [] },
  ]);
  assertEquals(table.split("\n").map((line) => line.split(/ {2,}/)), [
    [
      "row",
      "rounds",
      "publishes",
      "acked",
      "written twice",
      "lost",
      "doubled",
      "out of order",
      "silent gaps",
      "untrue",
      "longest silence",
    ],
    ["one", "2", "15", "14", "2", "0", "1", "0", "0", "0", "1.3 s"],
    ["another", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0.0 s"],
    ["all", "2", "15", "14", "2", "0", "1", "0", "0", "0", "1.3 s"],
  ]);
});
