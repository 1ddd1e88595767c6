/**
 * Logs that need nothing else: in memory, and in a file.
 *
 * @module
 */
export { type MemoryLog, memoryLog, type MemoryLogOptions } from "./memory_log.ts";
export { type Retention } from "./retention.ts";
export { openSqliteLog, type SqliteLog, type SqliteLogOptions } from "./sqlite_log.ts";
export { memoryTail, type MemoryTailOptions } from "./memory_tail/memory_tail.ts";
