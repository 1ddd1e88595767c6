import { defer, type ObservableInput, type ObservedValueOf, type OperatorFunction } from "rxjs";
import type { Stage } from "./merge_fair.ts";
import { BoundedQueue } from "./overflow.ts";
import { whenFree } from "./when_free.ts";

/** A stage that takes batches. */
export interface BatchStage<T> extends Stage<T> {
  /** At most so many items in a batch. At least 1. */
  readonly count: number;
}

/**
 * Runs a stage on batches: while it is free an item goes at once, alone; while it is busy items are gathered, and go together when it is free. A stage
 * that costs the same for one and for many, a write to a log or a database, finds the best batch by itself, without any clock.
 *
 * Starts the batches in the order of the items; with a `concurrency` of 1 one after the other, so that outputs keep the order too. Holds
 * `concurrency` batches and `waiting` items; `overflow` says what becomes of more. An error of the source or the stage is the output's at
 * once. With deliveries the stage is `(batch) => write(gatherValues(batch))`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, timer, toArray } from "rxjs";
 * import { batchWhileBusy } from "@tidegate/tidegate/streams";
 *
 * const write = (batch: readonly number[]) => timer(1).pipe(map(() => batch));
 * const written$ = of(1, 2, 3, 4).pipe(batchWhileBusy(write, { count: 100, concurrency: 1, waiting: 1_000 }), toArray());
 * assertEquals(await lastValueFrom(written$), [[1], [2, 3, 4]]);
 * ```
 */
export function batchWhileBusy<T, Out extends ObservableInput<unknown>>(
  stage: (batch: readonly T[]) => Out,
  options: BatchStage<NoInfer<T>>,
): OperatorFunction<T, ObservedValueOf<Out>> {
  const { concurrency, count } = options;
  return (source) =>
    defer(() => {
      const waiting = new BoundedQueue<T>(options);
      let runs = 0;
      const offer = (item: T, isFree: boolean) => {
        if (!waiting.offer(item, isFree) || waiting.length <= runs * count) return false;
        runs++;
        return true;
      };
      const run = () => {
        runs--;
        const batch: T[] = [];
        while (batch.length < count && waiting.length > 0) batch.push(waiting.shift()!);
        return stage(batch) as ObservableInput<ObservedValueOf<Out>>;
      };
      return source.pipe(whenFree({ concurrency, offer, run }));
    });
}
