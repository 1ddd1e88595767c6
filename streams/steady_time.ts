import type { SchedulerLike } from "rxjs";

/**
 * The time of a scheduler, in milliseconds, that never goes back: where the scheduler's clock is set back, it stands still until it is asked
 * again, and goes on from there.
 */
export class SteadyTime {
  readonly #scheduler: SchedulerLike;
  #shown: number;
  #last: number;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
    this.#shown = this.#last = scheduler.now();
  }

  now(): number {
    const now = this.#scheduler.now();
    if (now > this.#last) this.#shown += now - this.#last;
    this.#last = now;
    return this.#shown;
  }

  /** A timer has waited until then, whatever the clock says. */
  reach(time: number): void {
    this.now();
    this.#shown = Math.max(this.#shown, time);
  }
}
