/**
 * Logs that need nothing else: in memory, and in a file; and sources and sinks of stream jobs over any log.
 *
 * @module
 */
export { type MemoryLog, memoryLog, type MemoryLogOptions } from "./memory_log.ts";
export { type Retention } from "./retention.ts";
export { openSqliteLog, type SqliteLog, type SqliteLogOptions } from "./sqlite_log.ts";
export { memoryTail, type MemoryTailOptions } from "./memory_tail/memory_tail.ts";
export { type Appended, RecordRefused, type Refused, type SinkRules } from "../jobs/append_deliveries.ts";
export type { InFlight } from "../jobs/hand_out.ts";
export { logSink } from "./log_sink.ts";
export { logSource, type LogSourceOptions } from "./log_source.ts";
