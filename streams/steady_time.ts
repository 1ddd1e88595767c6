import type { SchedulerLike } from "rxjs";

/**
 * The time of a scheduler, in milliseconds, that never goes back: where the scheduler's clock is set back, it stands still for a moment
 * and goes on from there. So a clock that is corrected makes no period longer.
 */
export function steadyTime(scheduler: SchedulerLike): () => number {
  let shown = scheduler.now();
  let last = shown;
  return () => {
    const now = scheduler.now();
    if (now > last) shown += now - last;
    last = now;
    return shown;
  };
}
