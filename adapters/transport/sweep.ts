import type { SchedulerLike, Subscription } from "rxjs";

/** A tick is never longer than this. */
const LONGEST_MS = 1_000;
/** A tick is never shorter than this. */
const SHORTEST_MS = 5;

/**
 * One timer for the deadlines of all connections, however many there are.
 *
 * Its time stands still while the process is stopped or its event loop blocked, and does not follow a clock that is
 * set: a deadline passes only when the other side could have been heard.
 */
export class Sweep {
  readonly #tickMs: number;
  readonly #timer: Subscription;
  #now = 0;

  /**
   * @param scheduler whose time it is
   * @param options `shortestMs`: the shortest deadline that is to be kept with an error of a quarter; `tick`: called
   * again and again
   */
  constructor(scheduler: SchedulerLike, options: { shortestMs: number; tick: () => void }) {
    const tickMs = Math.max(SHORTEST_MS, Math.min(LONGEST_MS, options.shortestMs / 4));
    this.#tickMs = tickMs;
    let last = scheduler.now();
    const advance = () => {
      const now = scheduler.now();
      this.#now += Math.max(0, Math.min(now - last, 2 * tickMs));
      last = now;
      options.tick();
    };
    this.#timer = scheduler.schedule(function () {
      advance();
      this.schedule(undefined, tickMs);
    }, tickMs);
  }

  /** Milliseconds since the start in which the process could run; grows once a tick. */
  get now(): number {
    return this.#now;
  }

  /** The time of a deadline that is not sooner than `ms` from now. */
  after(ms: number): number {
    return this.#now + ms + this.#tickMs;
  }

  /** Ends the timer. */
  stop(): void {
    this.#timer.unsubscribe();
  }
}
