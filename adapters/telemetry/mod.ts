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
