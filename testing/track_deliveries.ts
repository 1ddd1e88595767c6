import type { Delivery } from "../streams/delivery.ts";

/** Deliveries of a test, and which of them are done. */
export interface TrackedDeliveries<T> {
  /** One a value, in order. */
  readonly deliveries: readonly Delivery<T>[];
  /** The values whose deliveries are done, in the order in which they were. */
  readonly done: readonly T[];
}

/**
 * Deliveries whose `done` a test can see: for the pipelines of stream jobs, which are not to lose or forget one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { eachDelivery } from "@tidegate/tidegate/streams";
 * import { trackDeliveries } from "@tidegate/tidegate/testing";
 * import { from, of } from "rxjs";
 *
 * const source = trackDeliveries(["a b", "c"]);
 * const written: string[] = [];
 * from(source.deliveries)
 *   .pipe(eachDelivery((line) => of(...line.split(" ")), { concurrency: 1 }))
 *   .subscribe((word) => {
 *     written.push(word.value);
 *     if (word.value !== "b") word.done();
 *   });
 * assertEquals(written, ["a", "b", "c"]);
 * // The first line waits for the sink to have its second word.
 * assertEquals(source.done, ["c"]);
 * ```
 */
export function trackDeliveries<T>(values: readonly T[]): TrackedDeliveries<T> {
  const done: T[] = [];
  const deliveries = values.map((value) => {
    let isOpen = true;
    return {
      value,
      done() {
        if (isOpen) done.push(value);
        isOpen = false;
      },
    };
  });
  return { deliveries, done };
}
