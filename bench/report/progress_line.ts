/** What is shown of a run as soon as it is over. */
import { isHarnessBound, type Measured } from "../run/measured.ts";
import { type FigureName, FIGURES } from "./figures.ts";
import { shortNumber } from "./numbers.ts";

const SHOWN: readonly (readonly [FigureName, string])[] = [
  ["rate", "/s"],
  ["p50", " ms p50"],
  ["p99", " ms p99"],
  ["cpuEach", " µs CPU each"],
  ["cpuPercent", "% CPU"],
  ["connectionKb", " KB a connection"],
];

/** A line for a person who waits. */
export function progressLine(run: Measured): string {
  const figures = SHOWN.flatMap(([name, unit]) => {
    const value = FIGURES[name](run);
    // What the heap grew by says something of connections where there are many, and nothing else goes on.
    return value === undefined || (name === "connectionKb" && run.operations > 0)
      ? []
      : [`${shortNumber(value)}${unit}`];
  });
  const notes = [
    ...run.missing > 0 ? [`${run.missing} of ${run.expected} MISSING`] : [],
    ...run.wrong > 0 ? [`${run.wrong} WRONG`] : [],
    ...Object.entries(run.harness.ended).map(([why, count]) => `${count} ended: ${why}`),
    ...isHarnessBound(run.harness) ? ["the load processes may be the limit"] : [],
  ];
  return [`${run.scenario} ${run.server} #${run.round}:`, [...figures, ...notes].join(", ")].join(" ");
}
