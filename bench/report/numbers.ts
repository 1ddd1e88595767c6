/** Numbers as tables show them. */
import type { Spread } from "./statistics.ts";

/** A number with three digits that say something: `3,120,000`, `12.3`, `0.0456`. */
export function shortNumber(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** The median and, where there were several rounds, its extremes: `12.3 (11.9-14)`. */
export function spreadText(spread: Spread | undefined): string {
  if (!spread) return "-";
  const { median, min, max } = spread;
  if (min === max) return shortNumber(median);
  return `${shortNumber(median)} (${shortNumber(min)}-${shortNumber(max)})`;
}
