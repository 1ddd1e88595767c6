/** What processes use while a run is measured. */
import { cpuSeconds } from "../measure/process_usage.ts";
import type { Stage } from "./stage.ts";

/** Seconds of a core by process, and the time that they were used in. */
export interface Usage {
  readonly seconds: number;
  readonly server: number;
  /** Cores. */
  readonly loadCores: readonly number[];
  readonly producerCores: number;
  readonly kafkaCores?: number;
}

/** Begins to measure; what it returns says what was used until it is called. */
export function measureUsage({ server, loads, producer, context }: Stage): () => Usage {
  const kafka = context.kafka.nodes[0]?.pid;
  const pids = [server.pid, producer.pid, ...loads.map(({ pid }) => pid), ...kafka === undefined ? [] : [kafka]];
  const start = performance.now();
  const before = pids.map(cpuSeconds);
  return () => {
    const seconds = (performance.now() - start) / 1000;
    const used = pids.map((pid, at) => cpuSeconds(pid) - before[at]!);
    const cores = used.map((use) => use / seconds);
    const [, producerCores, ...others] = cores;
    return {
      seconds,
      server: used[0]!,
      producerCores: producerCores!,
      loadCores: others.slice(0, loads.length),
      ...kafka === undefined ? {} : { kafkaCores: others.at(-1)! },
    };
  };
}
