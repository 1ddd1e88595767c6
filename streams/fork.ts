import { connect, map, merge, type OperatorFunction, pipe } from "rxjs";
import { type Delivery, split } from "./delivery.ts";

/**
 * Sends each item to all of one to eight branches, and emits what they emit as it comes.
 *
 * Keeps the order within a branch, holds nothing: all branches get an item before the next one comes. Completes when all branches have. An
 * error of the source or of a branch is the output's and ends the others.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, max, of, toArray } from "rxjs";
 * import { fork } from "@tidegate/tidegate/streams";
 *
 * const both$ = of(1, 2).pipe(fork(map((n) => n * 10), max()), toArray());
 * assertEquals(await lastValueFrom(both$), [10, 20, 2]);
 * ```
 */
export function fork<T, A, B = never, C = never, D = never, E = never, F = never, G = never, H = never>(
  ...branches: Branches<T, A, B, C, D, E, F, G, H>
): OperatorFunction<T, A | B | C | D | E | F | G | H> {
  const given = givenOf(branches);
  return connect((items$) => merge(...given.map((branch) => items$.pipe(branch))));
}

/**
 * As `fork`, of deliveries: each branch has a delivery of its own, and the source's is done when those of all branches are. A branch that leaves
 * an item out says `done`, and one that completes early does not: what it would have got is never done.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { of, tap } from "rxjs";
 * import { done, forkDeliveries } from "@tidegate/tidegate/streams";
 *
 * let acknowledged = 0;
 * of({ value: "a", done: () => acknowledged++ }).pipe(forkDeliveries(tap(done), tap(() => {}))).subscribe();
 * assertEquals(acknowledged, 0);
 * ```
 */
export function forkDeliveries<T, A, B = never, C = never, D = never, E = never, F = never, G = never, H = never>(
  ...branches: Branches<Delivery<T>, A, B, C, D, E, F, G, H>
): OperatorFunction<Delivery<T>, A | B | C | D | E | F | G | H> {
  const given = givenOf(branches);
  return pipe(
    map((delivery: Delivery<T>) => split(delivery, given.map(() => delivery.value))),
    connect((parts$) => merge(...given.map((branch, at) => parts$.pipe(map((parts) => parts[at]!), branch)))),
  );
}

/** One to eight branches. */
export type Branches<T, A, B, C, D, E, F, G, H> = [
  first: OperatorFunction<T, A>,
  second?: OperatorFunction<T, B>,
  third?: OperatorFunction<T, C>,
  fourth?: OperatorFunction<T, D>,
  fifth?: OperatorFunction<T, E>,
  sixth?: OperatorFunction<T, F>,
  seventh?: OperatorFunction<T, G>,
  eighth?: OperatorFunction<T, H>,
];

function givenOf<T, A, B, C, D, E, F, G, H>(
  branches: Branches<T, A, B, C, D, E, F, G, H>,
): OperatorFunction<T, A | B | C | D | E | F | G | H>[] {
  return branches.filter((branch) => branch !== undefined) as OperatorFunction<T, A | B | C | D | E | F | G | H>[];
}
