/**
 * Log lines and counters.
 *
 * @module
 */
export {
  type ConsoleTelemetry,
  consoleTelemetry,
  type ConsoleTelemetryOptions,
  type LogFormat,
} from "./console_telemetry.ts";
export { exposition, EXPOSITION_TYPE, type Metric, type Sample, single } from "./exposition.ts";
export { Histogram } from "./histogram.ts";
export { type MemoryWatch, watchMemory } from "./memory_watch.ts";
export { type LoopDelay, loopDelay } from "./loop_delay.ts";
export { scriptTelemetry } from "./script_telemetry.ts";
