import { defer, filter, type OperatorFunction, type SchedulerLike } from "rxjs";
import { RecentMap } from "./recent_map.ts";
import { SteadyTime } from "./steady_time.ts";

/** How items are throttled. */
export interface Throttling<T> {
  /** After an item of a key passed, no other of that key does for so many milliseconds. */
  readonly periodMs: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** At most so many keys are in a period of theirs at once; over that the oldest period ends early. Default 10,000. */
  readonly maxKeys?: number;
  /** Is told of each item that is left out; `done` where the items are deliveries. */
  readonly leftOut?: (item: T) => void;
}

/**
 * The first item of each key passes, and the others of that key are left out for a period: for alarms, where the first counts. Where the
 * last counts, `conflateByKey` is right; where every one does, `rateLimitByKey`.
 *
 * Keeps the order. Holds at most `maxKeys` keys, and no items; keys whose period has ended are forgotten when the next item comes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { of, VirtualTimeScheduler } from "rxjs";
 * import { throttleByKey } from "@tidegate/tidegate/streams";
 *
 * const told: string[] = [];
 * of("disk full", "disk full", "no light", "disk full")
 *   .pipe(throttleByKey((alarm) => alarm, { periodMs: 60_000, scheduler: new VirtualTimeScheduler() }))
 *   .subscribe((alarm) => told.push(alarm));
 * assertEquals(told, ["disk full", "no light"]);
 * ```
 */
export function throttleByKey<T>(key: (item: T) => unknown, options: Throttling<NoInfer<T>>): OperatorFunction<T, T> {
  const { periodMs, scheduler, leftOut, maxKeys = 10_000 } = options;
  return (source) =>
    defer(() => {
      const time = new SteadyTime(scheduler);
      const passed = new RecentMap<unknown, number>();
      return source.pipe(filter((item) => {
        const now = time.now();
        while (passed.oldest && now - passed.oldest.value >= periodMs) passed.shift();
        const name = key(item);
        if (passed.has(name)) {
          leftOut?.(item);
          return false;
        }
        passed.set(name, now);
        if (passed.size > maxKeys) passed.shift();
        return true;
      }));
    });
}
