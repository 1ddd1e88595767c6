/** How long the event loop keeps what is due waiting. */
import type { SchedulerLike, Subscription } from "rxjs";
import { Histogram } from "./histogram.ts";

/** How often it is looked at. */
const EVERY_MS = 20;
/** A process that was stopped for an hour is not an hour of samples. */
const MOST_SAMPLES = 250;

/** Fine where it matters: 50 ms is the bound that the gateway keeps. */
const BOUNDS: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 5];

/** A running measurement. */
export interface LoopDelay {
  readonly histogram: Histogram;
  /** Ends its timer. */
  stop(): void;
}

/**
 * Measures by how much a timer is late, fifty times a second.
 *
 * What blocks the loop for long blocks the measurement too: the samples that it missed are made up for, each as late as it would have
 * been, so that a quantile is one of time and not of the samples that got through.
 *
 * @param scheduler whose timer it is
 * @param now milliseconds of a clock that nobody sets
 */
export function loopDelay(scheduler: SchedulerLike, now: () => number = () => performance.now()): LoopDelay {
  const histogram = new Histogram(BOUNDS);
  let due = now() + EVERY_MS;
  const look = () => {
    const at = now();
    for (let late = at - due, samples = 0; samples < MOST_SAMPLES; late -= EVERY_MS, samples++) {
      if (samples > 0 && late <= 0) break;
      histogram.observe(Math.max(0, late) / 1000);
    }
    due = at + EVERY_MS;
  };
  const timer: Subscription = scheduler.schedule(function () {
    look();
    this.schedule(undefined, EVERY_MS);
  }, EVERY_MS);
  return { histogram, stop: () => timer.unsubscribe() };
}
