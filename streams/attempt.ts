import { map, type OperatorFunction } from "rxjs";

/** An item that could not be dealt with, and why. */
export interface DeadLetter<T> {
  /** Tells it from a value. */
  readonly ok: false;
  /** The item, as it came. */
  readonly item: T;
  /** What was thrown, or the error of the observable: whatever it is. */
  readonly error: unknown;
}

/** What became of an item: a value, or a dead letter. */
export type Attempt<In, Out> = { readonly ok: true; readonly value: Out } | DeadLetter<In>;

/**
 * As `map`, but what `project` throws costs that item alone: it becomes a dead letter in its place. `deadLetters` takes them apart.
 *
 * Keeps the order, holds nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, toArray } from "rxjs";
 * import { attempt, deadLetters } from "@tidegate/tidegate/streams";
 *
 * const read$ = of("1", "?", "3").pipe(
 *   attempt((text) => BigInt(text)),
 *   deadLetters(map(({ item }) => `not a number: ${item}`)),
 *   toArray(),
 * );
 * assertEquals(await lastValueFrom(read$), [1n, "not a number: ?", 3n]);
 * ```
 */
export function attempt<In, Out>(project: (item: In) => Out): OperatorFunction<In, Attempt<In, Out>> {
  return map((item) => {
    try {
      return { ok: true, value: project(item) };
    } catch (error) {
      return { ok: false, item, error };
    }
  });
}
