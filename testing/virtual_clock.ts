import { type SchedulerLike, VirtualTimeScheduler } from "rxjs";
import type { Clock } from "../domain/ports/clock.ts";
import { inVirtualTime } from "./real_time_guard.ts";

/** When the time of a {@linkcode VirtualClock} begins, in milliseconds since 1970: 22 November 2025. */
const BEGINNING = 1_763_830_000_000;

/** How a clock is made. */
export interface VirtualClockOptions {
  /** Whether what runs by the clock may use real time, which tells nobody then. Default false. */
  readonly allowRealTime?: boolean;
}

/**
 * A clock that stands still until the test moves it. Nothing waits: an hour passes as fast as what happens in it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { VirtualClock } from "@tidegate/tidegate/testing";
 * import { timer } from "rxjs";
 *
 * const clock = new VirtualClock();
 * let rang = false;
 * timer(60_000, clock.scheduler).subscribe(() => rang = true);
 * clock.advance(59_999);
 * assertEquals(rang, false);
 * clock.advance(1);
 * assertEquals(rang, true);
 * ```
 */
export class VirtualClock implements Clock {
  readonly #scheduler = new VirtualTimeScheduler(undefined, BEGINNING);
  readonly #guarded: boolean;

  /** Starts at the same time in every run. */
  constructor(options: VirtualClockOptions = {}) {
    this.#guarded = !options.allowRealTime;
    this.#scheduler.frame = BEGINNING;
  }

  /** What every operator of time takes. */
  get scheduler(): SchedulerLike {
    return this.#scheduler;
  }

  /** How many things are due, now or later: 0 where no timer was left behind. */
  get pending(): number {
    return this.#scheduler.actions.length;
  }

  /** The time, in milliseconds since 1970. */
  now(): number {
    return this.#scheduler.now();
  }

  /**
   * Moves time on by some milliseconds, and runs all that falls due meanwhile, in order; what that brings about at once, too.
   *
   * Throws what one of them throws, and where one of them uses real time: see {@linkcode virtualOnly}.
   */
  advance(ms: number): void {
    this.#scheduler.maxFrames += ms;
    this.act(() => this.#scheduler.flush());
    this.#scheduler.frame = this.#scheduler.maxFrames;
  }

  /** Runs something while time stands still. Throws what it throws, and where it uses real time: see {@linkcode virtualOnly}. */
  act(work: () => void): void {
    if (this.#guarded) inVirtualTime(work);
    else work();
  }
}
