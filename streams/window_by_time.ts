import type { OperatorFunction, SchedulerLike } from "rxjs";
import { foldInTime, type TimedFold } from "./fold_in_time.ts";
import { BoundedQueue, type Overflow } from "./overflow.ts";

/** Items of a key that belong together, in the order in which they came. */
export interface KeyedWindow<K, T> {
  /** Whose items they are. */
  readonly key: K;
  /** At least one. */
  readonly items: readonly T[];
}

/** The items of a key in a time: from `fromMs`, inclusive, to `toMs`, exclusive, in the scheduler's milliseconds. */
export interface TimeWindow<K, T> extends KeyedWindow<K, T> {
  /** The beginning, inclusive. */
  readonly fromMs: number;
  /** The end, exclusive. */
  readonly toMs: number;
}

/** How long windows are, and what they may hold. */
export interface TimeWindows<T> {
  /** The length of a window, in milliseconds. */
  readonly sizeMs: number;
  /** A window ends every so many milliseconds, at multiples of it; at most `sizeMs`. Default `sizeMs`: windows that do not overlap. */
  readonly everyMs?: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** At most so many items are held, of all keys together. Default 100,000. */
  readonly maxItems?: number;
  /** What becomes of an item that finds no room. Default `error`. */
  readonly overflow?: Overflow;
  /** Is told of each item that finds no room; `done` where the items are deliveries. */
  readonly leftOut?: (item: T) => void;
}

/**
 * Windows of time for each key. At the end of each window, one for every key that had items in it, in the order of its first items; keys
 * without items have none. Time is when items come here. Windows of equal `sizeMs` and `everyMs` hold each item once: with deliveries
 * `map(({ items }) => gatherValues(items))` makes a delivery of each. With a smaller `everyMs` they overlap, and an item is in several: such
 * windows cannot say when a delivery is done.
 *
 * Holds the items of the last `sizeMs`, at most `maxItems`, and nothing by key. When the source completes, the windows that are open end early.
 * An error of the source is the output's at once, what is held is dropped.
 *
 * @throws {RangeError} where `everyMs` is longer than `sizeMs`: items between windows would be lost
 * @example The average of each sensor, every second
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { map, of, VirtualTimeScheduler } from "rxjs";
 * import { windowByTime } from "@tidegate/tidegate/streams";
 *
 * const scheduler = new VirtualTimeScheduler();
 * const told: string[] = [];
 * of({ sensor: "a", value: 1 }, { sensor: "b", value: 5 }, { sensor: "a", value: 3 }).pipe(
 *   windowByTime(({ sensor }) => sensor, { sizeMs: 1_000, scheduler }),
 *   map(({ key, items }) => `${key}: ${items.reduce((sum, { value }) => sum + value, 0) / items.length}`),
 * ).subscribe((average) => told.push(average));
 * assertEquals(told, ["a: 2", "b: 5"]);
 * ```
 */
export function windowByTime<T, K>(
  key: (item: T) => K,
  options: TimeWindows<NoInfer<T>>,
): OperatorFunction<T, TimeWindow<K, T>> {
  const { sizeMs, everyMs = sizeMs } = options;
  if (!(everyMs > 0 && everyMs <= sizeMs)) {
    throw new RangeError(
      `Cannot end windows of ${sizeMs} ms every ${everyMs} ms: expected at least 1 and at most ${sizeMs}`,
    );
  }
  return foldInTime(() => new OpenWindows(key, { ...options, everyMs }), options.scheduler);
}

interface Held<K, T> {
  readonly key: K;
  readonly item: T;
  readonly at: number;
}

class OpenWindows<T, K> implements TimedFold<T, TimeWindow<K, T>> {
  readonly #key: (item: T) => K;
  readonly #sizeMs: number;
  readonly #everyMs: number;
  readonly #held: BoundedQueue<Held<K, T>>;
  /** When the next window ends; of meaning only while something is held. */
  #ends = 0;

  constructor(key: (item: T) => K, options: TimeWindows<T> & { readonly everyMs: number }) {
    const { sizeMs, everyMs, maxItems = 100_000, overflow = "error", leftOut } = options;
    this.#key = key;
    this.#sizeMs = sizeMs;
    this.#everyMs = everyMs;
    this.#held = new BoundedQueue({ waiting: maxItems, overflow, leftOut: ({ item }) => leftOut?.(item) });
  }

  next(item: T, now: number): readonly TimeWindow<K, T>[] {
    const ended = this.wake(now);
    if (this.#held.length === 0) this.#ends = (Math.floor(now / this.#everyMs) + 1) * this.#everyMs;
    this.#held.offer({ key: this.#key(item), item, at: now }, false);
    return ended;
  }

  due(): number | undefined {
    return this.#held.length === 0 ? undefined : this.#ends;
  }

  wake(now: number): readonly TimeWindow<K, T>[] {
    const ended: TimeWindow<K, T>[] = [];
    while (this.#held.length > 0 && this.#ends <= now) {
      ended.push(...this.#windows());
      this.#ends += this.#everyMs;
      while (this.#held.length > 0 && this.#held.at(0)!.at < this.#ends - this.#sizeMs) this.#held.shift();
    }
    return ended;
  }

  end(): readonly TimeWindow<K, T>[] {
    const open = this.#windows();
    this.#held.clear();
    return open;
  }

  /** The window that ends next, of each key. */
  #windows(): TimeWindow<K, T>[] {
    const byKey = new Map<K, T[]>();
    for (let at = 0; at < this.#held.length; at++) {
      const { key, item } = this.#held.at(at)!;
      const items = byKey.get(key);
      if (items) items.push(item);
      else byKey.set(key, [item]);
    }
    const [fromMs, toMs] = [this.#ends - this.#sizeMs, this.#ends];
    return [...byKey].map(([key, items]) => ({ key, items, fromMs, toMs }));
  }
}
