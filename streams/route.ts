import { connect, filter, map, merge, type OperatorFunction } from "rxjs";

/** A branch of `route`, and which items go to it. */
export interface Case<T, R> {
  /** Whether an item goes to the branch. */
  readonly takes: (item: T) => boolean;
  /** What becomes of such items. */
  readonly branch: OperatorFunction<T, R>;
  /** Takes every item: the last case is one that does. */
  readonly isLast?: boolean;
}

/** The items that pass a test go to `branch`. `topicPattern` makes tests of names. */
export function when<T, R>(test: (item: T) => boolean, branch: OperatorFunction<T, R>): Case<T, R> {
  return { takes: test, branch };
}

/** As `when`, for a test that tells the type of an item, which the branch then has. */
export function whenIs<T, S extends T, R>(test: (item: T) => item is S, branch: OperatorFunction<S, R>): Case<T, R> {
  // Only what the test takes, an S, comes to the branch.
  return { takes: test, branch: branch as OperatorFunction<unknown, R> };
}

/** All other items go to `branch`: `ignoreElements()` of RxJS where they are of no use (with deliveries, `done` first). */
export function otherwise<T, R>(branch: OperatorFunction<T, R>): Case<T, R> {
  return { takes: () => true, branch, isLast: true };
}

/**
 * Sends each item to exactly one branch, that of the first case that takes it, and emits what the branches emit as it comes. The last of one
 * to eight cases is `otherwise(...)`, which may hold a `route` again: no item is lost by accident.
 *
 * Keeps the order within a branch, holds nothing. Completes when all branches have. An error of the source, of a test or of a branch is the
 * output's, and ends the others; `deadLetter` in a branch keeps one item's error in it. A branch that completes early gets no more items: what
 * would go to it is left out.
 *
 * @throws {TypeError} where the last case is not `otherwise`, or another one is
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, toArray } from "rxjs";
 * import { otherwise, route, topicPattern, when } from "@tidegate/tidegate/streams";
 *
 * const isOrder = topicPattern("orders.**");
 * const routed$ = of({ topic: "orders.new", n: 1 }, { topic: "news", n: 2 }).pipe(
 *   route(
 *     when(({ topic }) => isOrder(topic), map(({ n }) => n * 100)),
 *     otherwise(map(({ topic }) => topic)),
 *   ),
 *   toArray(),
 * );
 * assertEquals(await lastValueFrom(routed$), [100, "news"]);
 * ```
 */
export function route<T, A, B = never, C = never, D = never, E = never, F = never, G = never, H = never>(
  ...cases: [
    first: Case<T, A>,
    second?: Case<T, B>,
    third?: Case<T, C>,
    fourth?: Case<T, D>,
    fifth?: Case<T, E>,
    sixth?: Case<T, F>,
    seventh?: Case<T, G>,
    eighth?: Case<T, H>,
  ]
): OperatorFunction<T, A | B | C | D | E | F | G | H> {
  const given = cases.filter((one) => one !== undefined) as Case<T, A | B | C | D | E | F | G | H>[];
  const last = given.findIndex(({ isLast }) => isLast);
  if (last === -1 || last !== given.length - 1) {
    throw new TypeError(`Cannot route by ${given.length} cases: the last one, and no other, must be otherwise(...)`);
  }
  return (source) =>
    source.pipe(
      map((item) => ({ item, at: given.findIndex(({ takes }) => takes(item)) })),
      connect((routed$) =>
        merge(
          ...given.map(({ branch }, at) =>
            routed$.pipe(filter((one) => one.at === at), map(({ item }) => item), branch)
          ),
        )
      ),
    );
}
