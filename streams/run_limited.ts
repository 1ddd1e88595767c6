import type { ObservableInput, ObservedValueOf, OperatorFunction } from "rxjs";
import { mergeFair, type Stage } from "./merge_fair.ts";

/**
 * A bounded buffer before a stage of limited concurrency: as `mergeMap`, but at most `waiting` items wait for the stage, and `overflow` says what
 * becomes of more: an error (the default), or the oldest or the newest is left out.
 *
 * Starts the items in their order, emits what they emit as it comes. Holds `concurrency` items and `waiting`. An error of the source, of the
 * stage or of the overflow is the output's at once.
 *
 * @example The latest position while the map is being drawn
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, timer, toArray } from "rxjs";
 * import { runLimited } from "@tidegate/tidegate/streams";
 *
 * const draw = (position: number) => timer(1).pipe(map(() => position));
 * const drawn$ = of(1, 2, 3, 4).pipe(runLimited(draw, { concurrency: 1, waiting: 1, overflow: "drop_oldest" }));
 * assertEquals(await lastValueFrom(drawn$.pipe(toArray())), [1, 4]);
 * ```
 */
export function runLimited<T, Out extends ObservableInput<unknown>>(
  stage: (item: T) => Out,
  options: Stage<NoInfer<T>>,
): OperatorFunction<T, ObservedValueOf<Out>> {
  return (source) => mergeFair([source], stage, options);
}
