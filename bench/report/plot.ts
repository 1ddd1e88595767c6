/** A benchmark's result as a picture. */
import type { Measured } from "../run/measured.ts";
import { barChart, type BarGroup } from "./bar_chart.ts";
import { type FigureName, figureOf, groupRuns, type Runs } from "./figures.ts";
import { titleOf } from "./table.ts";

const PANELS: readonly { readonly title: string; readonly figure: FigureName; readonly only?: RegExp }[] = [
  { title: "Deliveries or acked publishes a second (more is better)", figure: "rate", only: /full|publish|resume/ },
  { title: "CPU a delivery or publish, µs (less is better)", figure: "cpuEach" },
  { title: "p50 of latency, ms (less is better)", figure: "p50" },
  { title: "p99 of latency, ms (less is better)", figure: "p99" },
  { title: "Memory of an idle connection, KB (less is better)", figure: "connectionKb", only: /idle/ },
];

/** The text of an SVG file; every scale is logarithmic. */
export function plotOf(measured: readonly Measured[]): string {
  const scenarios = Map.groupBy(groupRuns(measured), ({ scenario }) => scenario);
  const panels = PANELS.map(({ title, figure, only = /./ }) => ({
    title,
    groups: [...scenarios].flatMap(([label, groups]) => only.test(label) ? barsOf(label, { groups, figure }) : []),
  }));
  return barChart(panels.filter(({ groups }) => groups.length > 0));
}

/** What is not over 0 has no place on a logarithmic scale. */
function barsOf(
  label: string,
  { groups, figure }: { readonly groups: readonly Runs[]; readonly figure: FigureName },
): BarGroup[] {
  const bars = groups.flatMap((runs) => {
    const spread = figureOf(runs, figure);
    return spread && spread.min > 0 ? [{ series: titleOf(runs.server), spread }] : [];
  });
  return bars.length > 0 ? [{ label, bars }] : [];
}
