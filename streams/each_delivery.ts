import {
  catchError,
  defer,
  map,
  type Observable,
  type ObservableInput,
  type ObservedValueOf,
  type OperatorFunction,
  tap,
  throwError,
} from "rxjs";
import type { DeadLetter } from "./attempt.ts";
import { type Delivery, partsOf } from "./delivery.ts";
import { type Concurrency, mapInOrder } from "./map_in_order.ts";
import { runInTurn } from "./run_in_turn.ts";

/** How a projection runs over deliveries. */
export interface EachDelivery<T, Dead extends ObservableInput<unknown>> extends Concurrency {
  /** `false` emits outputs as they come, so that a slow delivery holds up no other. Default true: in the order of the deliveries. */
  readonly inOrder?: boolean;
  /**
   * What becomes of a delivery whose projection throws or errors: further outputs of it, a record for a topic of dead letters, say; `EMPTY` leaves it
   * out. By default its error is the output's, and it is not done.
   */
  readonly failed?: (letter: DeadLetter<T>) => Dead;
}

/**
 * Runs a projection of values over deliveries, and keeps `done` right: a delivery is done when its projection has completed and all of its
 * outputs are done; one that becomes nothing is done at once. One that fails becomes what `failed` makes of it.
 *
 * Holds up to `concurrency` deliveries and what those ahead have emitted; how many more wait is bounded by how many un-done ones the source
 * hands out. An error of the source, or of a projection without `failed`, is the output's at once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { from, of } from "rxjs";
 * import { eachDelivery } from "@tidegate/tidegate/streams";
 *
 * const acknowledged: string[] = [];
 * const lines = ["a b", "", "c"].map((value) => ({ value, done: () => acknowledged.push(value) }));
 * from(lines).pipe(
 *   eachDelivery((line) => of(...line.split(" ").filter((word) => word !== "")), { concurrency: 8 }),
 * ).subscribe((word) => {
 *   if (word.value !== "b") word.done();
 * });
 * // The first line waits for its second word.
 * assertEquals(acknowledged, ["", "c"]);
 * ```
 */
export function eachDelivery<T, Out extends ObservableInput<unknown>, Dead extends ObservableInput<unknown> = never>(
  project: (value: T) => Out,
  options: EachDelivery<NoInfer<T>, Dead>,
): OperatorFunction<Delivery<T>, Delivery<ObservedValueOf<Out> | ObservedValueOf<Dead>>> {
  const { concurrency, inOrder = true, failed } = options;
  const run = (delivery: Delivery<T>) =>
    defer(() => {
      const parts = partsOf(delivery);
      return defer(() => project(delivery.value)).pipe(
        catchError((error: unknown): Dead | Observable<never> =>
          failed ? failed({ ok: false, item: delivery.value, error }) : throwError(() => error)
        ),
        map((value) => parts.add(value)),
        tap({ complete: () => parts.end() }),
      );
    });
  return inOrder ? mapInOrder(run, { concurrency }) : runInTurn(run, concurrency);
}
