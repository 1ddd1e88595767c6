import {
  catchError,
  connect,
  defer,
  filter,
  map,
  merge,
  type ObservableInput,
  type ObservedValueOf,
  of,
  type OperatorFunction,
  pipe,
} from "rxjs";
import type { Attempt, DeadLetter } from "./attempt.ts";
import { mapInOrder } from "./map_in_order.ts";

/**
 * Takes attempts apart: values pass, and dead letters go through `branch`, whose outputs come between them. Nothing else of the stream
 * knows of them any more.
 *
 * Keeps the order where `branch` does, holds nothing. An error of `branch` is the output's.
 */
export function deadLetters<In, Out, Dead>(
  branch: OperatorFunction<DeadLetter<In>, Dead>,
): OperatorFunction<Attempt<In, Out>, Out | Dead> {
  return connect((attempts$) =>
    merge(
      attempts$.pipe(filter((attempt) => attempt.ok), map(({ value }) => value)),
      attempts$.pipe(filter((attempt) => !attempt.ok), branch),
    )
  );
}

/**
 * Runs `project` for each item, up to `concurrency` at once (default 1), and emits what it emits in the order of the items. An item whose
 * projection throws or errors costs itself alone: it goes through `branch` as a dead letter, with the error, after what its projection had
 * emitted before. The others go on.
 *
 * Holds at most `concurrency` items and what those after the first have emitted; more wait: the source bounds them (`mapInOrder`). An error of
 * the source or of `branch` is the output's.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, toArray } from "rxjs";
 * import { deadLetter } from "@tidegate/tidegate/streams";
 *
 * const read$ = of('{"n":1}', "{", '{"n":3}').pipe(
 *   deadLetter((text) => of(JSON.parse(text) as { n: number }), map(({ item, error }) => ({ item, why: (error as Error).name }))),
 *   toArray(),
 * );
 * assertEquals(await lastValueFrom(read$), [{ n: 1 }, { item: "{", why: "SyntaxError" }, { n: 3 }]);
 * ```
 */
export function deadLetter<In, Out extends ObservableInput<unknown>, Dead>(
  project: (item: In) => Out,
  branch: OperatorFunction<DeadLetter<In>, Dead>,
  options: { readonly concurrency?: number } = {},
): OperatorFunction<In, ObservedValueOf<Out> | Dead> {
  const tried = (item: In) =>
    defer(() => project(item)).pipe(
      map((value): Attempt<In, ObservedValueOf<Out>> => ({ ok: true, value })),
      catchError((error: unknown) => of({ ok: false as const, item, error })),
    );
  return pipe(mapInOrder(tried, { concurrency: options.concurrency ?? 1 }), deadLetters(branch));
}
