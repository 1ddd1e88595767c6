/** What several runs of the same say together. */

/** The middle of some values, and between which they are. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The median of values with their extremes; of an even number, the mean of the two in the middle. `undefined` where there are none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * The spread of a ratio whose two sides were measured in the same rounds: of the rounds' ratios, so that what slowed one round down
 * is in both of its sides.
 */
export function ratioOf(values: readonly number[], others: readonly number[]): Spread | undefined {
  const pairs = values.slice(0, others.length).map((value, at) => value / others[at]!);
  return spreadOf(pairs.filter((ratio) => Number.isFinite(ratio)));
}
