import { setImmediate } from "node:timers";

const SLICE_MS = 8;

/**
 * A function to call between small pieces of a long work: it lets the event loop turn once 8 ms have passed since it
 * last did.
 */
export function pace(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < SLICE_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      })
    );
  };
}

/** Runs work that stops between small pieces of itself. */
export async function paced<T>(work: Generator<void, T>): Promise<T> {
  const pause = pace();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await pause();
  }
}
