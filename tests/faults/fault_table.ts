/** The table that the fault suite prints. */
import type { Breach } from "./check_evidence.ts";
import type { RowResult } from "./run_row.ts";

/** What came of the rounds of one row. */
export interface TableLine {
  readonly name: string;
  readonly results: readonly RowResult[];
}

const HEAD = [
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
];

/** The table as text, with a line for the whole. */
export function faultTable(lines: readonly TableLine[]): string {
  const all = { name: "all", results: lines.flatMap(({ results }) => results) };
  const cells = [HEAD, ...[...lines, all].map(cellsOf)];
  const widths = HEAD.map((_, at) => Math.max(...cells.map((line) => line[at]!.length)));
  return cells.map((line) =>
    line.map((cell, at) => at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)).join("  ")
  ).join("\n");
}

function cellsOf({ name, results }: TableLine): string[] {
  const sum = (count: (result: RowResult) => number) => String(results.reduce((total, each) => total + count(each), 0));
  const breaches = (breach: Breach) => sum(({ problems }) => problems.filter((each) => each.breach === breach).length);
  const silenceMs = Math.max(0, ...results.map(({ longestSilenceMs }) => longestSilenceMs));
  return [
    name,
    String(results.length),
    sum(({ publishes }) => publishes),
    sum(({ acked }) => acked),
    sum((each) => each.writtenTwice),
    breaches("lost"),
    breaches("doubled"),
    breaches("disordered"),
    breaches("gap"),
    breaches("untrue"),
    `${(silenceMs / 1000).toFixed(1)} s`,
  ];
}
