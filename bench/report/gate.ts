/** What is promised of a figure, and whether it holds. */
import { type FigureName, figureOf, figureRatio, type Runs } from "./figures.ts";
import { shortNumber, spreadText } from "./numbers.ts";
import type { Spread } from "./statistics.ts";

/** A promise of Tidegate's figure in a scenario. */
export interface Gate {
  readonly scenario: string;
  readonly figure: FigureName;
  /** What the figure is, in words. */
  readonly what: string;
  /** What it is compared with: another server in this scenario, or Tidegate in another one. Default: nothing, it is the figure itself. */
  readonly beside?: { readonly server: string } | { readonly scenario: string };
  /** The median is at most, or at least, so much. */
  readonly bound: "at most" | "at least";
  /** What has to hold. */
  readonly gate: number;
  /** What is aimed at. */
  readonly goal?: number;
  readonly unit: string;
}

/** A judged promise, as a row of a table. */
export interface Judgement {
  readonly gate: Gate;
  /** `undefined` where the runs that it takes were not made. */
  readonly measured?: Spread;
  readonly holds?: "goal" | "gate" | "no";
}

const TIDEGATE = "tidegate";

/** Judges a promise by the runs that there are. */
export function judge(gate: Gate, groups: readonly Runs[]): Judgement {
  const measured = measure(gate, groups);
  if (!measured) return { gate };
  const reaches = (limit: number) => gate.bound === "at most" ? measured.median <= limit : measured.median >= limit;
  const holds = !reaches(gate.gate) ? "no" : gate.goal !== undefined && reaches(gate.goal) ? "goal" : "gate";
  return { gate, measured, holds };
}

function measure({ scenario, figure, beside }: Gate, groups: readonly Runs[]): Spread | undefined {
  const find = (of: { readonly scenario: string; readonly server: string }) =>
    groups.find((runs) => runs.scenario === of.scenario && runs.server === of.server);
  const own = find({ scenario, server: TIDEGATE });
  if (!own) return undefined;
  if (!beside) return figureOf(own, figure);
  const other = find({ scenario, server: TIDEGATE, ...beside });
  return other && figureRatio(own, figure, { to: other });
}

/** The cells of a judged promise: scenario, figure, gate, goal, measured, what holds. */
export function judgementCells({ gate, measured, holds }: Judgement): readonly string[] {
  const { scenario, what, bound, unit, goal } = gate;
  const limit = (value: number) => `${bound} ${shortNumber(value)}${unit}`;
  const said = { goal: "yes, and the goal", gate: goal === undefined ? "yes" : "yes, not the goal", no: "**no**" };
  return [
    scenario,
    what,
    limit(gate.gate),
    goal === undefined ? "-" : limit(goal),
    measured ? `${spreadText(measured)}${unit}` : "-",
    holds ? said[holds] : "not measured",
  ];
}
