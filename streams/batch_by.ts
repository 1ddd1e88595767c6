import type { OperatorFunction, SchedulerLike } from "rxjs";
import { foldInTime, type TimedFold } from "./fold_in_time.ts";

/** When a batch is full, and how long it may wait. */
export interface Batching<T> {
  /** At most so many items. At least 1. */
  readonly count: number;
  /** At most so many bytes by `sizeOf`; one item that has more is a batch of its own. Default: any number. */
  readonly bytes?: number;
  /** The bytes of an item. Default: none. */
  readonly sizeOf?: (item: T) => number;
  /** No item waits longer, in milliseconds. */
  readonly waitMs: number;
  /** Time. */
  readonly scheduler: SchedulerLike;
}

/**
 * Batches that follow the load: an item that comes when there was no batch for `waitMs` goes at once, alone; what comes within `waitMs` of a
 * batch is gathered until then, or until the next batch is full. So a quiet stream waits for nothing, and a busy one makes few batches.
 * `batchWhileBusy` is better where the batches go to a stage that is slow.
 *
 * Keeps the order; the batches one after the other are the items. Holds less than `count` items, and `bytes`. What is held when the source
 * completes is emitted then; an error of the source is the output's at once, what is held is dropped. With deliveries `map(gatherValues)` makes a
 * delivery of each batch.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { of, VirtualTimeScheduler } from "rxjs";
 * import { batchBy } from "@tidegate/tidegate/streams";
 *
 * const batches: (readonly number[])[] = [];
 * of(1, 2, 3, 4, 5, 6)
 *   .pipe(batchBy({ count: 3, waitMs: 10, scheduler: new VirtualTimeScheduler() }))
 *   .subscribe((batch) => batches.push(batch));
 * assertEquals(batches, [[1], [2, 3, 4], [5, 6]]);
 * ```
 */
export function batchBy<T>(options: Batching<NoInfer<T>>): OperatorFunction<T, readonly T[]> {
  return foldInTime(() => new OpenBatch<T>(options), options.scheduler);
}

class OpenBatch<T> implements TimedFold<T, readonly T[]> {
  readonly #options: Batching<T>;
  #items: T[] = [];
  #bytes = 0;
  /** From then on an item goes at once. */
  #idleAt = -Infinity;

  constructor(options: Batching<T>) {
    this.#options = options;
  }

  next(item: T, now: number): (readonly T[])[] {
    const { count, bytes: most = Infinity, sizeOf } = this.#options;
    const bytes = sizeOf?.(item) ?? 0;
    const full = this.#items.length > 0 && this.#bytes + bytes > most ? this.#take(now) : [];
    this.#items.push(item);
    this.#bytes += bytes;
    const isDue = this.#items.length >= count || this.#bytes >= most || now >= this.#idleAt;
    return isDue ? [...full, ...this.#take(now)] : full;
  }

  due(): number | undefined {
    return this.#items.length === 0 ? undefined : this.#idleAt;
  }

  wake(now: number): (readonly T[])[] {
    return this.#items.length > 0 && now >= this.#idleAt ? this.#take(now) : [];
  }

  end(now: number): (readonly T[])[] {
    return this.#items.length === 0 ? [] : this.#take(now);
  }

  #take(now: number): [readonly T[]] {
    const batch = this.#items;
    this.#items = [];
    this.#bytes = 0;
    this.#idleAt = now + this.#options.waitMs;
    return [batch];
  }
}
