/** A run of a benchmark that never was. */
import type { Measured } from "../../bench/run/measured.ts";

/** A run with all figures, and some of them as they are given. */
export function measured(given: Partial<Measured>): Measured {
  return {
    scenario: "fanout-1000",
    server: "tidegate",
    round: 1,
    seconds: 2,
    operations: 1_000,
    latencies: { p50: 1, p90: 2, p99: 3, p999: 4 },
    cpuSeconds: 1,
    connections: 500,
    emptyBytes: 80_000_000,
    residentBytes: 100_000_000,
    expected: 1_000,
    missing: 0,
    wrong: 0,
    harness: { loadCores: [0.2, 0.1], lagMs: 1, producerCores: 0.1, ended: {} },
    ...given,
  };
}
