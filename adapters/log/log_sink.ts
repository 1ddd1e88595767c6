/** Writes what pipelines made to any log. */
import type { OperatorFunction } from "rxjs";
import type { OutRecord } from "../../domain/out_record.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Delivery } from "../../streams/delivery.ts";
import { appendDeliveries, type Appended, type SinkRules } from "../jobs/append_deliveries.ts";

/**
 * Appends records to a log, and calls a delivery's `done()` when its record is there; emits where it is, then. Records of one partition are
 * written in the order of their deliveries. While the log is away it is tried again, for ever; what it may have taken by then is written
 * again: a reader that must not see it twice goes by a message id, as the gateway does and `copyRecord` gives.
 *
 * A record that can never be written (too large, no such topic) goes to `refused`; without it the sink errors with `RecordRefused`.
 * Completes when the source has, and all is written. What waits here is what the source has in flight. The log stays open.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logSink, memoryLog } from "@tidegate/tidegate/log";
 * import { asyncScheduler, lastValueFrom, of } from "rxjs";
 *
 * const log = memoryLog({ topics: { chat: 1 }, clock: { scheduler: asyncScheduler } });
 * const hello = { value: { topic: "chat", key: "lobby", value: "hello" }, done: () => {} };
 * const written = await lastValueFrom(of(hello).pipe(logSink(log)));
 * assertEquals(written, { topic: "chat", partition: 0, offset: 0 });
 * await log.close();
 * ```
 */
export function logSink(
  log: Pick<Log, "append" | "state">,
  rules: SinkRules = {},
): OperatorFunction<Delivery<OutRecord>, Appended> {
  return appendDeliveries(log, rules);
}
