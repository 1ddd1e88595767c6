import type { OperatorFunction, SchedulerLike } from "rxjs";
import { Fifo } from "./fifo.ts";
import { foldInTime, type TimedFold } from "./fold_in_time.ts";

/** How values are conflated. */
export interface Conflation<T> {
  /** A key has at most one value in so many milliseconds. */
  readonly periodMs: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** At most so many keys are in a period of theirs at once. Default 10,000. */
  readonly maxKeys?: number;
  /** Is told of each item that a newer one has replaced; `done` where the items are deliveries. */
  readonly leftOut?: (item: T) => void;
}

interface Period<K, T> {
  readonly key: K;
  ends: number;
  latest: { readonly item: T } | undefined;
}

/**
 * The latest value of each key, at most one in a period: the first at once, and at the end of the period the latest of those that came in
 * it. The last value of a key is never lost: what is held when the source completes is emitted then.
 *
 * Keeps the order of a key, not that of different keys. Holds an item and a period for each key that had an item in the last `periodMs`, and
 * at most `maxKeys` of them: over that, the period that would end first ends at once. An error of the source is the output's at once, what is
 * held is dropped.
 *
 * @example Prices, one a symbol and period
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { concat, from, of, delay, VirtualTimeScheduler } from "rxjs";
 * import { conflateByKey } from "@tidegate/tidegate/streams";
 *
 * const scheduler = new VirtualTimeScheduler();
 * const prices = from([{ symbol: "A", price: 1 }, { symbol: "A", price: 2 }, { symbol: "B", price: 7 }, { symbol: "A", price: 3 }]);
 * const told: number[] = [];
 * concat(prices, of({ symbol: "A", price: 4 }).pipe(delay(250, scheduler)))
 *   .pipe(conflateByKey(({ symbol }) => symbol, { periodMs: 100, scheduler }))
 *   .subscribe(({ price }) => told.push(price));
 * scheduler.flush();
 * assertEquals(told, [1, 7, 3, 4]);
 * ```
 */
export function conflateByKey<T, K>(key: (item: T) => K, options: Conflation<NoInfer<T>>): OperatorFunction<T, T> {
  return foldInTime(() => new ConflatedKeys(key, options), options.scheduler);
}

class ConflatedKeys<T, K> implements TimedFold<T, T> {
  readonly #key: (item: T) => K;
  readonly #options: Conflation<T>;
  readonly #maxKeys: number;
  readonly #open = new Map<K, Period<K, T>>();
  /** In the order in which they end: all are equally long. */
  readonly #periods = new Fifo<Period<K, T>>();

  constructor(key: (item: T) => K, options: Conflation<T>) {
    this.#key = key;
    this.#options = options;
    this.#maxKeys = Math.max(1, options.maxKeys ?? 10_000);
  }

  next(item: T, now: number): T[] {
    const key = this.#key(item);
    const period = this.#open.get(key);
    if (period) {
      if (period.latest) this.#options.leftOut?.(period.latest.item);
      period.latest = { item };
      return [];
    }
    const early = this.#open.size >= this.#maxKeys ? this.#close() : [];
    const begun = { key, ends: now + this.#options.periodMs, latest: undefined };
    this.#open.set(key, begun);
    this.#periods.push(begun);
    return [...early, item];
  }

  due(): number | undefined {
    return this.#periods.at(0)?.ends;
  }

  wake(now: number): T[] {
    const items: T[] = [];
    for (let first = this.#periods.at(0); first && first.ends <= now; first = this.#periods.at(0)) {
      if (!first.latest) {
        this.#close();
        continue;
      }
      items.push(first.latest.item);
      first.latest = undefined;
      first.ends = now + this.#options.periodMs;
      this.#periods.push(this.#periods.shift()!);
    }
    return items;
  }

  end(): T[] {
    const items: T[] = [];
    while (this.#periods.length > 0) items.push(...this.#close());
    return items;
  }

  /** Ends the first period; what is held of it. */
  #close(): T[] {
    const first = this.#periods.shift()!;
    this.#open.delete(first.key);
    return first.latest ? [first.latest.item] : [];
  }
}
