import type { OperatorFunction, SchedulerLike } from "rxjs";
import { foldInTime, type TimedFold } from "./fold_in_time.ts";

/** When samples are taken. */
export interface Sampling<T> {
  /** A sample is taken every so many milliseconds, counted from the subscription. */
  readonly periodMs: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** At most so many keys wait for a sample; where one more comes, the sample is taken early. Default 10,000. */
  readonly maxKeys?: number;
  /** Is told of each item that a newer one has replaced; `done` where the items are deliveries. */
  readonly leftOut?: (item: T) => void;
}

/**
 * At each beat of a fixed rhythm the latest item of every key that had one since the last beat. As `conflateByKey`, but all keys at the same time
 * and none before: for screens that are drawn at a rate, and totals that are written once a minute.
 *
 * The items of a beat come in the order in which their keys did. Holds an item a key, at most `maxKeys`. What is held when the source completes is
 * emitted then; an error of the source is the output's at once, what is held is dropped. No timer runs while nothing is held.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { concat, delay, of, VirtualTimeScheduler } from "rxjs";
 * import { sampleByKey } from "@tidegate/tidegate/streams";
 *
 * const scheduler = new VirtualTimeScheduler();
 * const told: string[] = [];
 * concat(of("a1", "b1", "a2"), of("a3").pipe(delay(150, scheduler)))
 *   .pipe(sampleByKey((item) => item[0], { periodMs: 100, scheduler }))
 *   .subscribe((item) => told.push(`${item} at ${scheduler.now()}`));
 * scheduler.flush();
 * assertEquals(told, ["a2 at 100", "b1 at 100", "a3 at 150"]);
 * ```
 */
export function sampleByKey<T>(key: (item: T) => unknown, options: Sampling<NoInfer<T>>): OperatorFunction<T, T> {
  return foldInTime((now) => new SampledKeys(key, options, now), options.scheduler);
}

class SampledKeys<T> implements TimedFold<T, T> {
  readonly #key: (item: T) => unknown;
  readonly #options: Sampling<T>;
  readonly #maxKeys: number;
  #latest = new Map<unknown, T>();
  #beat: number;

  constructor(key: (item: T) => unknown, options: Sampling<T>, now: number) {
    this.#key = key;
    this.#options = options;
    this.#maxKeys = Math.max(1, options.maxKeys ?? 10_000);
    this.#beat = now;
  }

  next(item: T, now: number): readonly T[] {
    const key = this.#key(item);
    const isOver = this.#latest.size >= this.#maxKeys && !this.#latest.has(key);
    const sample = isOver ? this.end() : this.wake(now);
    if (this.#latest.has(key)) this.#options.leftOut?.(this.#latest.get(key)!);
    else if (this.#latest.size === 0) this.#beat = this.#beatAfter(now);
    this.#latest.set(key, item);
    return sample;
  }

  due(): number | undefined {
    return this.#latest.size === 0 ? undefined : this.#beat;
  }

  wake(now: number): readonly T[] {
    return this.#latest.size > 0 && this.#beat <= now ? this.end() : [];
  }

  end(): readonly T[] {
    const sample = [...this.#latest.values()];
    this.#latest = new Map();
    return sample;
  }

  #beatAfter(now: number): number {
    const { periodMs } = this.#options;
    return this.#beat + Math.max(0, Math.floor((now - this.#beat) / periodMs) + 1) * periodMs;
  }
}
