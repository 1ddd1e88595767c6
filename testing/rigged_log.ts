import type { Log } from "../domain/ports/log.ts";

/**
 * A log with others in the place of some of its methods: one that fails, answers late, or says what it was asked.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryLog, riggedLog, VirtualClock } from "@tidegate/tidegate/testing";
 *
 * const log = memoryLog({ topics: { chat: 1 }, clock: new VirtualClock() });
 * let appends = 0;
 * const counted = riggedLog(log, { append: (records) => (appends++, log.append(records)) });
 * counted.append([]);
 * assertEquals(appends, 1);
 * ```
 */
export function riggedLog(log: Log, changes: Partial<Log>): Log {
  return {
    state: log.state,
    append: (records) => log.append(records),
    tail: (request) => log.tail(request),
    read: (partition, range) => log.read(partition, range),
    range: (partition) => log.range(partition),
    ...changes,
  };
}
