/** Percentiles of what several processes measured. */
import { Histogram, type HistogramPairs } from "../measure/histogram.ts";
import type { Latencies } from "./measured.ts";

/** The percentiles of histograms of microseconds together; `undefined` where all are empty. */
export function latenciesOf(histograms: readonly HistogramPairs[]): Latencies | undefined {
  const all = new Histogram();
  for (const pairs of histograms) all.add(pairs);
  if (all.total === 0) return undefined;
  const ms = (percent: number) => all.percentile(percent)! / 1000;
  return { p50: ms(50), p90: ms(90), p99: ms(99), p999: ms(99.9) };
}
