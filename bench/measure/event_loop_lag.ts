/** How late a process is: what a timer is over its time. */
import { Histogram } from "./histogram.ts";

const PERIOD_MS = 10;

/** Watches the event loop of this process until the process ends. */
export function watchLag(): { take(): number } {
  const lags = new Histogram();
  let due = performance.now() + PERIOD_MS;
  Deno.unrefTimer(setInterval(() => {
    const now = performance.now();
    lags.record((now - due) * 1000);
    due = now + PERIOD_MS;
  }, PERIOD_MS));
  return {
    /** The 99th percentile since it was last taken, in milliseconds. */
    take() {
      const percentile = (lags.percentile(99) ?? 0) / 1000;
      lags.clear();
      return percentile;
    },
  };
}
