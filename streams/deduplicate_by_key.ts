import { defer, filter, type OperatorFunction, type SchedulerLike } from "rxjs";
import { RecentMap } from "./recent_map.ts";
import { SteadyTime } from "./steady_time.ts";

/** How far back a duplicate is looked for. */
export interface RecentKeys<T> {
  /** At most so many different keys before. */
  readonly count: number;
  /** At most so many milliseconds before. */
  readonly withinMs: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** Is told of each item that is left out; `done` where the items are deliveries. */
  readonly leftOut?: (item: T) => void;
}

/**
 * Leaves duplicates out: items whose key was seen at most `withinMs` before, as one of the `count` last different keys. A duplicate is a sight
 * of its key too: one that is repeated for ever stays out.
 *
 * Keeps the order. Holds at most `count` keys, and no items; keys older than `withinMs` are forgotten when the next item comes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { of, VirtualTimeScheduler } from "rxjs";
 * import { deduplicateByKey } from "@tidegate/tidegate/streams";
 *
 * const told: string[] = [];
 * of("a", "b", "a", "c", "b")
 *   .pipe(deduplicateByKey((id) => id, { count: 1_000, withinMs: 60_000, scheduler: new VirtualTimeScheduler() }))
 *   .subscribe((id) => told.push(id));
 * assertEquals(told, ["a", "b", "c"]);
 * ```
 */
export function deduplicateByKey<T>(
  key: (item: T) => unknown,
  options: RecentKeys<NoInfer<T>>,
): OperatorFunction<T, T> {
  const { count, withinMs, scheduler, leftOut } = options;
  return (source) =>
    defer(() => {
      const time = new SteadyTime(scheduler);
      const seen = new RecentMap<unknown, number>();
      return source.pipe(filter((item) => {
        const now = time.now();
        while (seen.oldest && now - seen.oldest.value > withinMs) seen.shift();
        const name = key(item);
        const isNew = !seen.has(name);
        seen.set(name, now);
        if (seen.size > count) seen.shift();
        if (!isNew) leftOut?.(item);
        return isNew;
      }));
    });
}
