/** What tables, gates and plots show of a run: each figure by its name, with its unit. */
import { isHarnessBound, type Measured } from "../run/measured.ts";
import { ratioOf, type Spread, spreadOf } from "./statistics.ts";

/** A figure of a run; `undefined` where the run has none of it. */
export type Figure = (run: Measured) => number | undefined;

/** All figures. */
export const FIGURES = {
  /** Deliveries or answered publishes a second. */
  rate: ({ operations, seconds }) => operations > 0 ? operations / seconds : undefined,
  /** Microseconds of a core that the server used for each. */
  cpuEach: ({ operations, cpuSeconds }) => operations > 0 ? cpuSeconds / operations * 1e6 : undefined,
  /** Hundredths of a core that the server used. */
  cpuPercent: ({ cpuSeconds, seconds }) => cpuSeconds / seconds * 100,
  p50: ({ latencies }) => latencies?.p50,
  p90: ({ latencies }) => latencies?.p90,
  p99: ({ latencies }) => latencies?.p99,
  p999: ({ latencies }) => latencies?.p999,
  /** KB that the server's memory grew by for each connection. */
  connectionKb: ({ emptyBytes, residentBytes, connections }) => (residentBytes - emptyBytes) / connections / 1000,
  /** MB of the server's memory at the end. */
  residentMb: ({ residentBytes }) => residentBytes / 1e6,
  /** Hundredths of all that was to come, and did not. */
  missingPercent: ({ missing, expected }) => missing / expected * 100,
} as const satisfies Record<string, Figure>;

/** The name of a figure. */
export type FigureName = keyof typeof FIGURES;

/** All runs of one server in one scenario. */
export interface Runs {
  readonly scenario: string;
  readonly server: string;
  /** One a round, in their order. */
  readonly all: readonly Measured[];
}

/** Groups runs, in the order in which their scenarios and servers first come. */
export function groupRuns(runs: readonly Measured[]): readonly Runs[] {
  const groups = Map.groupBy(runs, ({ scenario, server }) => `${scenario} ${server}`);
  return [...groups.values()].map((all) => ({
    scenario: all[0]!.scenario,
    server: all[0]!.server,
    all: all.toSorted((one, other) => one.round - other.round),
  }));
}

/** A figure in every round that has it. */
function valuesOf({ all }: Runs, name: FigureName): number[] {
  return all.map(FIGURES[name]).filter((value) => value !== undefined);
}

/** The median of a figure and its extremes. */
export function figureOf(runs: Runs, name: FigureName): Spread | undefined {
  return spreadOf(valuesOf(runs, name));
}

/** The ratio of a figure to that of other runs, of the rounds in which both have it. */
export function figureRatio(runs: Runs, name: FigureName, { to }: { readonly to: Runs }): Spread | undefined {
  const pairs = runs.all.map((run) => [run, to.all.find(({ round }) => round === run.round)] as const);
  const figure: Figure = FIGURES[name];
  const both = pairs.flatMap(([run, other]) => {
    const [value, beside] = [figure(run), other && figure(other)];
    return value === undefined || beside === undefined ? [] : [[value, beside] as const];
  });
  return ratioOf(both.map(([value]) => value), both.map(([, beside]) => beside));
}

/** In how many rounds the load processes may have been what was measured. */
export function harnessBoundRounds({ all }: Runs): number {
  return all.filter(({ harness }) => isHarnessBound(harness)).length;
}
