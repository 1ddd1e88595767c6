/** What one run of one scenario with one server came to. */

/** Percentiles, in milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
}

/** The figures of one run. */
export interface Measured {
  readonly scenario: string;
  readonly server: string;
  /** 1 and up. */
  readonly round: number;
  /** How long it was measured for. */
  readonly seconds: number;
  /** Deliveries, or answered publishes, in that time; 0 where connections are idle. */
  readonly operations: number;
  /** `undefined` where there were none. */
  readonly latencies?: Latencies;
  /** Seconds of a core that the server used in that time, user and system. */
  readonly cpuSeconds: number;
  readonly connections: number;
  /** The server's memory before they connected. */
  readonly emptyBytes: number;
  /** The server's memory at the end, while they are. */
  readonly residentBytes: number;
  /** Deliveries that were to come, or answered publishes that were to be in the log, in the whole run. */
  readonly expected: number;
  /** Of these, what did not come. */
  readonly missing: number;
  /** What came twice, or out of order; publishes that were refused. */
  readonly wrong: number;
  readonly harness: HarnessUse;
}

/** What the harness itself used, so that a figure which is its own is seen. */
export interface HarnessUse {
  /** Cores that each load process used. */
  readonly loadCores: readonly number[];
  /** The 99th percentile of the lag of their event loops, the highest, in milliseconds. */
  readonly lagMs: number;
  readonly producerCores: number;
  /** Cores that the broker used; `undefined` where it is not ours. */
  readonly kafkaCores?: number;
  /** Records a second that were produced, where any were. */
  readonly producedRate?: number;
  /** Why clients lost their connections, and how many. */
  readonly ended: Readonly<Record<string, number>>;
}

/** Over so much of a core a load process says little of the server. */
export const BUSY_CORES = 0.85;

/** Over so late, in milliseconds, it says little of latencies. */
export const LATE_MS = 50;

/** Whether the load processes may have been what a run measured. */
export function isHarnessBound({ loadCores, lagMs }: HarnessUse): boolean {
  return lagMs > LATE_MS || loadCores.some((cores) => cores > BUSY_CORES);
}
