import { concatMap, defer, endWith, map, type OperatorFunction } from "rxjs";
import { RecentMap } from "./recent_map.ts";
import type { KeyedWindow } from "./window_by_time.ts";

/** How many items a window has. */
export interface CountWindows {
  /** A window has so many items of its key. At least 1. */
  readonly size: number;
  /** A window ends with every so manyth item; at most `size`. Default `size`: windows that do not overlap. */
  readonly every?: number;
  /** At most so many keys have items that wait. Default 10,000. */
  readonly maxKeys?: number;
}

/**
 * Windows of a number of items for each key: one whenever `every` more items of a key have come and there are `size`. Windows of equal `size` and
 * `every` hold each item once: with deliveries `map(({ items }) => gatherValues(items))` makes a delivery of each.
 *
 * Keeps the order of a key. Holds less than `size` items for each of at most `maxKeys` keys: over that, the key that had no item for longest gives
 * up its window, which comes short, as those that are not full when the source completes do. Overlapping windows come short only
 * where some of their items were in no window yet.
 *
 * @throws {RangeError} where `every` is more than `size`: items between windows would be lost
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, toArray } from "rxjs";
 * import { windowByCount } from "@tidegate/tidegate/streams";
 *
 * const pairs$ = of("a1", "b1", "a2", "a3").pipe(
 *   windowByCount((item) => item[0], { size: 2 }),
 *   map(({ items }) => items.join(" ")),
 *   toArray(),
 * );
 * assertEquals(await lastValueFrom(pairs$), ["a1 a2", "b1", "a3"]);
 * ```
 */
export function windowByCount<T, K>(
  key: (item: T) => K,
  options: CountWindows,
): OperatorFunction<T, KeyedWindow<K, T>> {
  const { size, every = size, maxKeys = 10_000 } = options;
  if (!(every >= 1 && every <= size)) {
    throw new RangeError(
      `Cannot end windows of ${size} items every ${every} items: expected at least 1 and at most ${size}`,
    );
  }
  return (source) =>
    defer(() => {
      const windows = new CountedWindows<T, K>({ size, every, maxKeys });
      return source.pipe(
        map((item) => () => windows.next(key(item), item)),
        endWith(() => windows.end()),
        concatMap((step) => step()),
      );
    });
}

interface Counted<K, T> {
  readonly key: K;
  readonly items: T[];
  /** How many of the items, the newest, were in no window yet. */
  fresh: number;
}

class CountedWindows<T, K> {
  readonly #options: Required<CountWindows>;
  readonly #open = new RecentMap<K, Counted<K, T>>();

  constructor(options: Required<CountWindows>) {
    this.#options = options;
  }

  next(key: K, item: T): KeyedWindow<K, T>[] {
    const { size, every, maxKeys } = this.#options;
    const counted = this.#open.get(key) ?? { key, items: [], fresh: 0 };
    counted.items.push(item);
    counted.fresh++;
    if (counted.items.length < size) {
      this.#open.set(key, counted);
      return this.#open.size > maxKeys ? this.#short() : [];
    }
    const window = { key, items: [...counted.items] };
    counted.items.splice(0, every);
    counted.fresh = 0;
    if (counted.items.length === 0) this.#open.delete(key);
    else this.#open.set(key, counted);
    return this.#open.size > maxKeys ? [window, ...this.#short()] : [window];
  }

  end(): KeyedWindow<K, T>[] {
    const short: KeyedWindow<K, T>[] = [];
    while (this.#open.size > 0) short.push(...this.#short());
    return short;
  }

  /** The window of the key that had no item for longest, where it has items that were in none. */
  #short(): KeyedWindow<K, T>[] {
    const { key, items, fresh } = this.#open.shift()!;
    return fresh > 0 ? [{ key, items }] : [];
  }
}
