import type { OperatorFunction, SchedulerLike } from "rxjs";
import { DueHeap } from "./due_heap.ts";
import { foldInTime, type TimedFold } from "./fold_in_time.ts";
import { BoundedQueue, type Overflow } from "./overflow.ts";
import { RecentMap } from "./recent_map.ts";

/** A rate, and what becomes of items over it. */
export interface RateLimit<T> {
  /** At most so many items, but for the burst. */
  readonly count: number;
  /** In so many milliseconds. */
  readonly perMs: number;
  /** So many may go at once after a silence. At least 1. Default `count`. */
  readonly burst?: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** At most so many items of a key wait until the rate allows them. 0, the default: none waits. */
  readonly waiting?: number;
  /** What becomes of an item that may not wait: it is left out by default, `drop_newest`. */
  readonly overflow?: Overflow;
  /** Is told of each item that is left out; `done` where the items are deliveries. */
  readonly leftOut?: (item: T) => void;
}

/** A rate for each key. */
export interface RateLimitByKey<T> extends RateLimit<T> {
  /** At most so many keys are told apart at once: over that, new ones share one rate. Default 10,000. */
  readonly maxKeys?: number;
}

/**
 * Limits the rate of a stream by a token bucket: in any `t` milliseconds at most `burst + t * count / perMs` items pass. The others wait, where
 * `waiting` lets them, each until the very moment when the rate allows it, or are left out.
 *
 * Keeps the order. Holds at most `waiting` items. When the source completes those still go at their rate; an error of the source is the
 * output's at once, what waits is dropped.
 *
 * @throws {RangeError} where a count or a time is not more than 0, or the burst is less than 1
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { of, VirtualTimeScheduler } from "rxjs";
 * import { rateLimit } from "@tidegate/tidegate/streams";
 *
 * const scheduler = new VirtualTimeScheduler();
 * const told: string[] = [];
 * of("a", "b", "c", "d")
 *   .pipe(rateLimit({ count: 10, perMs: 1_000, burst: 2, waiting: 100, scheduler }))
 *   .subscribe((item) => told.push(`${item} at ${scheduler.now()}`));
 * scheduler.flush();
 * assertEquals(told, ["a at 0", "b at 0", "c at 100", "d at 200"]);
 * ```
 */
export function rateLimit<T>(options: RateLimit<NoInfer<T>>): OperatorFunction<T, T> {
  return rateLimitByKey(() => undefined, options);
}

/**
 * As `rateLimit`, a rate for each key. Keeps the order of a key, not that of different keys, and no key waits for another. Holds at most `waiting`
 * items for each of at most `maxKeys` keys; a key that has all of its burst again is forgotten when another comes.
 *
 * @throws {RangeError} where a count or a time is not more than 0, or the burst is less than 1
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { of, VirtualTimeScheduler } from "rxjs";
 * import { rateLimitByKey } from "@tidegate/tidegate/streams";
 *
 * const told: string[] = [];
 * of("ann: 1", "ann: 2", "ann: 3", "bob: 1")
 *   .pipe(rateLimitByKey((line) => line.split(":")[0], { count: 2, perMs: 1_000, scheduler: new VirtualTimeScheduler() }))
 *   .subscribe((line) => told.push(line));
 * assertEquals(told, ["ann: 1", "ann: 2", "bob: 1"]);
 * ```
 */
export function rateLimitByKey<T>(
  key: (item: T) => unknown,
  options: RateLimitByKey<NoInfer<T>>,
): OperatorFunction<T, T> {
  const { count, perMs, burst = count } = options;
  if (!(count > 0 && perMs > 0 && burst >= 1)) {
    throw new RangeError(
      `Cannot limit to ${count} items in ${perMs} ms, ${burst} at once: expected more than 0, and a burst of at least 1`,
    );
  }
  return foldInTime(() => new Buckets(key, options), options.scheduler);
}

interface Bucket<T> {
  /** When it is full again, if nothing more passes: each item that passes puts it off by the time of one. */
  fullAt: number;
  readonly line: BoundedQueue<T>;
}

/** The bucket of all keys over `maxKeys`. */
const OTHERS = Symbol("others");

class Buckets<T> implements TimedFold<T, T> {
  readonly #key: (item: T) => unknown;
  readonly #options: RateLimitByKey<T>;
  readonly #maxKeys: number;
  readonly #eachMs: number;
  readonly #slackMs: number;
  readonly #buckets = new RecentMap<unknown, Bucket<T>>();
  /** The lines of which one item each may go, and when. */
  readonly #due = new DueHeap<BoundedQueue<T>>();

  constructor(key: (item: T) => unknown, options: RateLimitByKey<T>) {
    const { count, perMs, burst = count, maxKeys = 10_000 } = options;
    this.#key = key;
    this.#options = options;
    this.#maxKeys = maxKeys;
    this.#eachMs = perMs / count;
    this.#slackMs = (burst - 1) * this.#eachMs;
  }

  next(item: T, now: number): T[] {
    const waited = this.wake(now);
    const bucket = this.#bucketOf(this.#key(item), now);
    const at = Math.max(bucket.fullAt, now) - this.#slackMs;
    if (at <= now) {
      bucket.fullAt = Math.max(bucket.fullAt, now) + this.#eachMs;
      return [...waited, item];
    }
    if (bucket.line.offer(item, false)) {
      bucket.fullAt += this.#eachMs;
      this.#due.push(at, bucket.line);
    }
    return waited;
  }

  due(): number | undefined {
    return this.#due.next;
  }

  wake(now: number): T[] {
    const items: T[] = [];
    while (this.#due.next !== undefined && this.#due.next <= now) items.push(this.#due.shift()!.shift()!);
    return items;
  }

  end(): T[] {
    return [];
  }

  #bucketOf(key: unknown, now: number): Bucket<T> {
    const known = this.#buckets.get(key);
    while (this.#buckets.oldest && this.#buckets.oldest.value.fullAt <= now) this.#buckets.shift();
    if ((this.#buckets.get(OTHERS)?.fullAt ?? Infinity) <= now) this.#buckets.delete(OTHERS);
    // A key that had its share of the others' bucket gets none of its own before that one is full again.
    const isOver = !known && (this.#buckets.size >= this.#maxKeys || this.#buckets.has(OTHERS));
    const name = isOver ? OTHERS : key;
    const { waiting = 0, overflow = "drop_newest", leftOut } = this.#options;
    const bucket = known ?? this.#buckets.get(name) ?? {
      fullAt: now,
      line: new BoundedQueue<T>({ waiting, overflow, ...(leftOut ? { leftOut } : {}) }),
    };
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
