/** The memory of this process, and what it means for traffic. */
import { getHeapStatistics } from "node:v8";
import type { Configuration } from "../adapters/config/mod.ts";
import { type MemoryWatch, watchMemory } from "../adapters/telemetry/mod.ts";
import type { Readiness } from "../domain/gateway.ts";
import type { Telemetry } from "../domain/ports/telemetry.ts";
import { systemClock } from "./process.ts";

/** Watches this process, and says when it takes no more and when it does again. */
export function watchProcessMemory(
  { memoryBytes }: Pick<Configuration["limits"], "memoryBytes">,
  telemetry: Telemetry,
): MemoryWatch {
  return watchMemory({
    ...(memoryBytes === undefined ? {} : { limitBytes: memoryBytes }),
    heapLimitBytes: getHeapStatistics().heap_size_limit,
    usage: Deno.memoryUsage,
    scheduler: systemClock.scheduler,
    changed(problem) {
      if (problem === undefined) telemetry.note("info", "There is memory for new connections again");
      else telemetry.note("warn", "No new connections are taken for want of memory", { reason: problem });
    },
  });
}

/** Readiness, with a check of memory. */
export function withMemory({ ready, checks }: Readiness, memory: string): Readiness {
  return { ready: ready && memory === "ok", checks: { ...checks, memory } };
}
