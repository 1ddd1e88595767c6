import {
  defer,
  map,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
  shareReplay,
  switchMap,
  take,
  takeUntil,
  timer,
} from "rxjs";

/** A pipeline, and how long what is under way in it may take. */
export interface Draining<T, R> {
  /** What is drained. */
  readonly pipeline: OperatorFunction<T, R>;
  /** Milliseconds from the stop signal. */
  readonly deadlineMs: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
}

/**
 * Runs a pipeline, and ends it gently at the first value of `stop$`: the source is left at once, as if it had completed, and what is under way in the
 * pipeline, items that run, open windows, batches that wait, comes to its end. What has not by the deadline is left, with an error.
 *
 * A `stop$` that completes without a value never stops anything; its error is the output's. Holds nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asyncScheduler, interval, lastValueFrom, map, timer, toArray } from "rxjs";
 * import { drain, mapInOrder } from "@tidegate/tidegate/streams";
 *
 * const write = (n: number) => timer(20).pipe(map(() => n));
 * const written$ = interval(10).pipe(
 *   drain(timer(35), { pipeline: mapInOrder(write, { concurrency: 9 }), deadlineMs: 1_000, scheduler: asyncScheduler }),
 *   toArray(),
 * );
 * // All that had come was written.
 * const written = await lastValueFrom(written$);
 * assertEquals(written, [...written.keys()]);
 * ```
 */
export function drain<T, R>(
  stop$: Observable<unknown>,
  options: Draining<T, R>,
): OperatorFunction<T, R> {
  const { deadlineMs, pipeline, scheduler } = options;
  return (source) =>
    defer(() => {
      const stopped$ = stop$.pipe(take(1), shareReplay({ bufferSize: 1, refCount: true }));
      const late$ = stopped$.pipe(
        switchMap(() => timer(deadlineMs, scheduler)),
        map(() => {
          throw new Error(`Cannot finish what is under way in ${deadlineMs} ms: it was left`);
        }),
      );
      return source.pipe(takeUntil(stopped$), pipeline, takeUntil(late$));
    });
}
