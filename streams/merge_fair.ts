import { defer, from, map, merge, type Observable, type ObservableInput, type ObservedValueOf } from "rxjs";
import { BoundedQueue, type Room } from "./overflow.ts";
import type { Concurrency } from "./map_in_order.ts";
import { whenFree } from "./when_free.ts";

/** What a stage runs at once, and what may wait for it. */
export interface Stage<T> extends Concurrency, Room<T> {}

/**
 * Merges several sources into one stage of limited concurrency, fairly: while the stage is busy each source's items wait in a line of their
 * own, at most `waiting` a source, and whenever the stage is free the next line in turn gives its oldest. A busy source cannot starve
 * a quiet one: an item of a quiet source waits for at most one of each other source.
 *
 * Back-pressure comes from the sources alone, as RxJS has none: one of deliveries hands out no more than its limit of those that are not done,
 * so that `waiting` at that limit never overflows. For any other source `waiting` and `overflow` say what is lost.
 *
 * Keeps the order of each source in starting; emits what the stage emits as it comes. Holds `concurrency` items and `waiting` for each
 * source. Completes when all sources have and nothing is under way. An error of a source or the stage is the output's at once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, timer, toArray } from "rxjs";
 * import { mergeFair } from "@tidegate/tidegate/streams";
 *
 * const write = (item: string) => timer(1).pipe(map(() => item));
 * const written$ = mergeFair([of("a1", "a2", "a3"), of("b1")], write, { concurrency: 1, waiting: 10 });
 * assertEquals(await lastValueFrom(written$.pipe(toArray())), ["a1", "b1", "a2", "a3"]);
 * ```
 */
export function mergeFair<In extends ObservableInput<unknown>, Out extends ObservableInput<unknown>>(
  sources: readonly In[],
  stage: (item: ObservedValueOf<In>) => Out,
  options: Stage<ObservedValueOf<In>>,
): Observable<ObservedValueOf<Out>> {
  return defer(() => {
    const lines = sources.map(() => new BoundedQueue<ObservedValueOf<In>>(options));
    let turn = 0;
    const next = (): ObservedValueOf<In> => {
      while (lines[turn]!.length === 0) turn = (turn + 1) % lines.length;
      const item = lines[turn]!.shift()!;
      turn = (turn + 1) % lines.length;
      return item;
    };
    const all = sources.map((source, at) =>
      from(source).pipe(map((item) => ({ item: item as ObservedValueOf<In>, at })))
    );
    return merge(...all).pipe(
      whenFree({
        concurrency: options.concurrency,
        offer: ({ item, at }, isFree) => lines[at]!.offer(item, isFree),
        run: () => stage(next()) as ObservableInput<ObservedValueOf<Out>>,
      }),
    );
  });
}
