import { type MonoTypeOperatorFunction, retry, type SchedulerLike, throwError, timer } from "rxjs";

/** How long to wait before a new try, and whether to. */
export interface JitteredRetry {
  /** The longest first wait, in milliseconds; it doubles with each failure in a row. */
  readonly minMs: number;
  /** The longest wait of all, in milliseconds. */
  readonly maxMs: number;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** Whether an error is worth a new try; every one is by default. One that is not becomes the output's. */
  readonly isWorthIt?: (error: unknown) => boolean;
  /** Is told of every failure before the wait, in milliseconds, begins. */
  readonly notify?: (error: unknown, waitMs: number) => void;
}

/**
 * Subscribes to the source again when it errors, for ever, after a random part of a wait that doubles up to a limit ("full jitter"):
 * many that failed together do not come back together. A value from the source ends the row of failures.
 */
export function retryWithJitter<T>(options: JitteredRetry): MonoTypeOperatorFunction<T> {
  const { minMs, maxMs, random, scheduler, isWorthIt = () => true, notify } = options;
  return retry({
    resetOnSuccess: true,
    delay: (error: unknown, failures) => {
      if (!isWorthIt(error)) return throwError(() => error);
      const waitMs = random() * Math.min(maxMs, minMs * 2 ** (failures - 1));
      notify?.(error, waitMs);
      return timer(waitMs, scheduler);
    },
  });
}
