import { VirtualTimeScheduler } from "rxjs";
import type { Clock } from "../../../domain/ports/clock.ts";

/** A clock that stands still until the test moves it. Unlike that of pipelines it has nothing against promises: adapters have them. */
export class TestClock implements Clock {
  readonly scheduler: VirtualTimeScheduler = new VirtualTimeScheduler(undefined, 0);

  /** How many things are due, now or later. */
  get pending(): number {
    return this.scheduler.actions.length;
  }

  /** Moves time on by some milliseconds, and runs all that falls due meanwhile. */
  advance(ms: number): void {
    this.scheduler.maxFrames += ms;
    this.scheduler.flush();
    this.scheduler.frame = this.scheduler.maxFrames;
  }
}
