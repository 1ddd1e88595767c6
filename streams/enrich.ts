import {
  catchError,
  defer,
  first,
  from,
  map,
  type Observable,
  type ObservableInput,
  type ObservedValueOf,
  type OperatorFunction,
  type SchedulerLike,
  shareReplay,
  throwError,
  timeout,
} from "rxjs";
import type { DeadLetter } from "./attempt.ts";
import { type Concurrency, mapInOrder } from "./map_in_order.ts";
import { RecentMap } from "./recent_map.ts";
import { SteadyTime } from "./steady_time.ts";

/** What was found is used again for items of the same key. */
export interface FoundCache<T> {
  /** What the look-up of an item depends on. */
  readonly key: (item: T) => unknown;
  /** At most so many keys; the one that was not asked for the longest goes first. */
  readonly size: number;
  /** So long after its look-up began something found is used, in milliseconds. */
  readonly ttlMs: number;
}

/** How items are enriched. */
export interface Enrichment<T, Found extends ObservableInput<unknown>, Out, Dead extends ObservableInput<unknown>>
  extends Concurrency {
  /** What an item becomes with the first value of its look-up. For deliveries: `(it, found) => gather([it], ...)`. */
  readonly combine: (item: T, found: ObservedValueOf<Found>) => Out;
  /** A look-up that takes longer fails, in milliseconds. */
  readonly timeoutMs: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** Default: each item has a look-up of its own. */
  readonly cache?: FoundCache<T>;
  /** What becomes of an item whose look-up throws, errors, ends without a value or takes too long. By default its error is the output's. */
  readonly failed?: (letter: DeadLetter<T>) => Dead;
}

/**
 * Looks something up for each item, up to `concurrency` at once, and combines the two, in the order of the items. With a `cache`, items of one key
 * that come while it is being looked up share the look-up; a failure is not kept.
 *
 * Holds up to `concurrency` items and the cache of the subscription; more wait: the source bounds them (`mapInOrder`). An error of the source is
 * the output's at once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asyncScheduler, lastValueFrom, of, toArray } from "rxjs";
 * import { enrich } from "@tidegate/tidegate/streams";
 *
 * let lookUps = 0;
 * const nameOf = (user: number) => of({ name: `user ${user}`, lookUp: ++lookUps });
 * const named$ = of({ id: 1, user: 7 }, { id: 2, user: 7 }).pipe(
 *   enrich(({ user }) => nameOf(user), {
 *     combine: ({ id }, { name }) => `${id} of ${name}`,
 *     concurrency: 8,
 *     timeoutMs: 1_000,
 *     cache: { key: ({ user }) => user, size: 10_000, ttlMs: 60_000 },
 *     scheduler: asyncScheduler,
 *   }),
 *   toArray(),
 * );
 * assertEquals([await lastValueFrom(named$), lookUps], [["1 of user 7", "2 of user 7"], 1]);
 * ```
 */
export function enrich<T, Found extends ObservableInput<unknown>, Out, Dead extends ObservableInput<unknown> = never>(
  lookUp: (item: T) => Found,
  options: Enrichment<NoInfer<T>, NoInfer<Found>, Out, Dead>,
): OperatorFunction<T, Out | ObservedValueOf<Dead>> {
  const { combine, concurrency, failed, scheduler, timeoutMs } = options;
  const ask = (item: T) =>
    defer(() => from(lookUp(item) as ObservableInput<ObservedValueOf<Found>>)).pipe(
      first(),
      timeout({ first: timeoutMs, scheduler }),
    );
  return (source) =>
    defer(() => {
      const find = options.cache ? cached(ask, { ...options.cache, scheduler }) : ask;
      return source.pipe(
        mapInOrder(
          (item) =>
            find(item).pipe(
              map((found) => combine(item, found)),
              catchError((error: unknown) =>
                failed
                  ? from(failed({ ok: false, item, error }) as ObservableInput<ObservedValueOf<Dead>>)
                  : throwError(() => error)
              ),
            ),
          { concurrency },
        ),
      );
    });
}

function cached<T, Found>(
  ask: (item: T) => Observable<Found>,
  { key, size, ttlMs, scheduler }: FoundCache<T> & { readonly scheduler: SchedulerLike },
): (item: T) => Observable<Found> {
  const time = new SteadyTime(scheduler);
  const known = new RecentMap<unknown, { readonly found$: Observable<Found>; readonly until: number }>();
  return (item) => {
    const name = key(item);
    const now = time.now();
    const last = known.get(name);
    // A look-up that failed begins anew with the next subscription.
    const entry = last && now < last.until
      ? last
      : { found$: ask(item).pipe(shareReplay({ bufferSize: 1, refCount: true })), until: now + ttlMs };
    known.set(name, entry);
    if (known.size > size) known.shift();
    return entry.found$;
  };
}
