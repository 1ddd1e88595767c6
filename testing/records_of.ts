import { concatMap, range as rangeOf, tap } from "rxjs";
import type { StoredRecord } from "../domain/log_record.ts";
import type { Log } from "../domain/ports/log.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/**
 * All records that a log in virtual time has of a topic, in the order of partitions and, in each, of offsets.
 *
 * Throws `TypeError` where the log does not know the topic.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryLog, recordsOf, VirtualClock } from "@tidegate/tidegate/testing";
 *
 * const clock = new VirtualClock();
 * const log = memoryLog({ topics: { chat: 1 }, clock });
 * const value = new TextEncoder().encode('"hello"');
 * log.append([{ topic: "chat", partition: 0, key: "lobby", value, headers: {} }]).subscribe();
 * assertEquals(recordsOf(log, { topic: "chat", clock }).map(({ key, offset }) => [key, offset]), [["lobby", 0]]);
 * ```
 */
export function recordsOf(log: Log, of: { readonly topic: string; readonly clock: VirtualClock }): StoredRecord[] {
  const { topic, clock } = of;
  let partitions: number | undefined;
  log.state.subscribe(({ topics }) => partitions = topics.get(topic)?.partitions).unsubscribe();
  if (partitions === undefined) {
    throw new TypeError(`Cannot read the records of topic ${topic}: the log has none of it`);
  }
  const found: StoredRecord[] = [];
  rangeOf(0, partitions).pipe(
    concatMap((partition) => {
      const place = { topic, partition };
      return log.range(place).pipe(concatMap(({ low, high }) => log.read(place, { from: low, to: high })));
    }),
    tap(({ done }) => done()),
  ).subscribe(({ records }) => void found.push(...records));
  clock.advance(0);
  return found;
}
