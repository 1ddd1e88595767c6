import { concat, from, type Observable, type SchedulerLike, subscribeOn } from "rxjs";

/** How many at once, and whose later turns the others have. */
export interface Portions {
  /** How many items are emitted in one turn. At least 1. */
  readonly size: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Emits items in order and completes: the first portion at once, each other one in a turn of its own, so that a long list does not hold
 * up everything else that the process does.
 */
export function inPortions<T>(items: readonly T[], { size, scheduler }: Portions): Observable<T> {
  if (items.length <= size) return from(items);
  const first = from(items.slice(0, size));
  const others = Array.from({ length: Math.ceil(items.length / size) - 1 }, (_, at) => {
    return from(items.slice((at + 1) * size, (at + 2) * size)).pipe(subscribeOn(scheduler));
  });
  return concat(first, ...others);
}
