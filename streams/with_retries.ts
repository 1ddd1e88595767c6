import { concatMap, defer, type Observable, type ObservableInput, type ObservedValueOf, toArray } from "rxjs";
import { type JitteredRetry, retryWithJitter } from "./retry_with_jitter.ts";

/** As `JitteredRetry`, of one item: the number of tries is said. */
export interface ItemRetry extends JitteredRetry {
  /** At most so many tries of an item, the first one included. */
  readonly tries: number;
}

/**
 * A projection that is tried again when it throws or errors, item by item: for `eachDelivery`, `deadLetter`, `mapInOrder`, `runLimited`. What a
 * try emits comes when it has completed: of one that fails in the middle nothing is left. The error of the last try is the projection's.
 *
 * Holds what a try emits. While an item waits for its next try it counts as one that runs.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asyncScheduler, lastValueFrom, map, of, throwError } from "rxjs";
 * import { deadLetter, withRetries } from "@tidegate/tidegate/streams";
 *
 * let calls = 0;
 * const flaky = (item: string) => ++calls < 3 ? throwError(() => new Error("busy")) : of(item.toUpperCase());
 * const patience = { tries: 5, minMs: 1, maxMs: 10, random: Math.random, scheduler: asyncScheduler };
 * const told$ = of("a").pipe(deadLetter(withRetries(flaky, patience), map(() => "given up")));
 * assertEquals([await lastValueFrom(told$), calls], ["A", 3]);
 * ```
 */
export function withRetries<In, Out extends ObservableInput<unknown>>(
  project: (item: In) => Out,
  options: ItemRetry,
): (item: In) => Observable<ObservedValueOf<Out>> {
  return (item) =>
    defer(() => project(item) as ObservableInput<ObservedValueOf<Out>>).pipe(
      toArray(),
      retryWithJitter(options),
      concatMap((values) => values),
    );
}
