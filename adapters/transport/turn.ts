/** What is flushed at the end of a turn. */
export interface Flushable {
  flush(): void;
}

/** What a turn tells. */
export interface TurnOptions<T> {
  /** Told of one that could not be flushed; the others are flushed all the same. */
  readonly failed: (flushable: T, error: unknown) => void;
  /** Called before the first of a turn is flushed. */
  readonly began?: () => void;
  /** Called when all of a turn were flushed. */
  readonly ended?: () => void;
  /** Milliseconds of a clock that is never set. Default: that of the process. */
  readonly now?: () => number;
}

/** A flush that took so long, in milliseconds, is followed by a rest so many times as long, and no longer than the last of these. */
const REST = { afterMs: 1, times: 2, mostMs: 10 };

/**
 * Gathers what one turn of the event loop brings, and flushes it once at the turn's end.
 *
 * The end is `setImmediate`: it comes after the turn's I/O callbacks and all their microtasks. A microtask would be
 * too early, as the promises of a log client split what one response of the broker has brought into many of them; a
 * timer would add a millisecond or more.
 *
 * A flush to many costs the same for each, however little it brings: one that took long is followed by a rest, in which what may wait
 * ({@linkcode Turn.gather}) is gathered. So a crowd gets larger messages and takes a third of the time, and who is alone waits for nothing.
 */
export class Turn<T extends Flushable> {
  readonly #options: TurnOptions<T>;
  #touched: T[] = [];
  #end: ReturnType<typeof setImmediate> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #restUntil = -Infinity;
  #flushing = false;
  readonly #now: () => number;

  constructor(options: TurnOptions<T>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Flushes it at the end of the turn. */
  touch(flushable: T): void {
    this.#touched.push(flushable);
    this.schedule();
  }

  /** Flushes it at the end of the turn, or of the rest after a flush that took long. */
  gather(flushable: T): void {
    this.#touched.push(flushable);
    if (this.#flushing || this.#end !== undefined || this.#rest !== undefined) return;
    const restMs = this.#restUntil - this.#now();
    if (restMs < 1) this.schedule();
    else this.#rest = setTimeout(() => this.#flush(), restMs);
  }

  /** Makes this turn one that ends, though nothing may be flushed in it. */
  schedule(): void {
    if (this.#flushing) return;
    this.#endRest();
    this.#end ??= setImmediate(() => this.#flush());
  }

  /** Waits for nothing: what is gathered is flushed at the end of this turn. */
  stop(): void {
    if (this.#rest !== undefined) this.schedule();
  }

  #endRest(): void {
    if (this.#rest === undefined) return;
    clearTimeout(this.#rest);
    this.#rest = undefined;
  }

  #flush(): void {
    const touched = this.#touched;
    this.#touched = [];
    this.#end = undefined;
    this.#rest = undefined;
    this.#flushing = true;
    const began = this.#now();
    this.#options.began?.();
    for (const flushable of touched) {
      try {
        flushable.flush();
      } catch (error) {
        this.#options.failed(flushable, error);
      }
    }
    this.#flushing = false;
    const ended = this.#now();
    const tookMs = ended - began;
    if (tookMs >= REST.afterMs) this.#restUntil = ended + Math.min(REST.mostMs, REST.times * tookMs);
    this.#options.ended?.();
    if (this.#touched.length > 0) this.schedule();
  }
}
