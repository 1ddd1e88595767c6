/** Trying again for a while. */
import { LogUnavailable } from "../../domain/ports/log.ts";
import type { ReadingParts } from "./tail_context.ts";
import { jitter, wait } from "./wait.ts";

const RETRY_MS = { baseMs: 50, capMs: 500 };

/**
 * Repeats an attempt until it gives something or the read deadline has passed.
 *
 * @param attempt gives `undefined`, or fails other than with `LogUnavailable`, where it is of use to try again; `leftMs` is
 * how long it may take
 * @throws {LogUnavailable} that says what was tried and why it failed last, or that the signal aborted
 */
export async function patiently<T>(
  parts: ReadingParts,
  attempt: (leftMs: number) => Promise<T | undefined>,
  { what, signal }: { readonly what: string; readonly signal: AbortSignal },
): Promise<T> {
  const { readMs } = parts.deadlines;
  const end = performance.now() + readMs;
  let reason = "no broker was reached yet";
  for (let failures = 0;; failures++) {
    if (signal.aborted) throw new LogUnavailable(`Cannot ${what}: the log is closed`);
    try {
      const result = await attempt(Math.max(1, end - performance.now()));
      if (result !== undefined) return result;
    } catch (error) {
      if (error instanceof LogUnavailable) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    const pause = jitter(failures, { ...RETRY_MS, fraction: parts.random.fraction });
    if (performance.now() + pause >= end) throw new LogUnavailable(`Cannot ${what} within ${readMs} ms: ${reason}`);
    await wait(pause, signal);
  }
}
