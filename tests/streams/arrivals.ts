import { from, map, mergeMap, type Observable, type SchedulerLike, timer } from "rxjs";

/** Something that comes `gap` milliseconds after what came before it. */
export interface Arrival {
  readonly gap: number;
}

/** Items with the time at which each comes, in milliseconds from the start. */
export function timed<T extends Arrival>(items: readonly T[]): (T & { readonly at: number; readonly n: number })[] {
  let at = 0;
  return items.map((item, n) => ({ ...item, n, at: at += item.gap }));
}

/** A source whose items come at their times; it completes with the last one. */
export function arriving<T extends { readonly at: number }>(
  items: readonly T[],
  scheduler: SchedulerLike,
): Observable<T> {
  return from(items).pipe(mergeMap((item) => timer(item.at, scheduler).pipe(map(() => item)), Infinity));
}
