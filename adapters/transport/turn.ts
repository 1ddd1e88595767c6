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
}

/**
 * Gathers what one turn of the event loop brings, and flushes it once at the turn's end.
 *
 * The end is `setImmediate`: it comes after the turn's I/O callbacks and all their microtasks. A microtask would be
 * too early, as the promises of a log client split what one response of the broker has brought into many of them; a
 * timer would add a millisecond or more.
 */
export class Turn<T extends Flushable> {
  readonly #options: TurnOptions<T>;
  #touched: T[] = [];
  #end: ReturnType<typeof setImmediate> | undefined;
  #flushing = false;

  constructor(options: TurnOptions<T>) {
    this.#options = options;
  }

  /** Flushes it at the end of the turn. */
  touch(flushable: T): void {
    this.#touched.push(flushable);
    this.schedule();
  }

  /** Makes this turn one that ends, though nothing may be flushed in it. */
  schedule(): void {
    if (!this.#flushing) this.#end ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    const touched = this.#touched;
    this.#touched = [];
    this.#end = undefined;
    this.#flushing = true;
    this.#options.began?.();
    for (const flushable of touched) {
      try {
        flushable.flush();
      } catch (error) {
        this.#options.failed(flushable, error);
      }
    }
    this.#flushing = false;
    this.#options.ended?.();
    if (this.#touched.length > 0) this.schedule();
  }
}
