import { type MonoTypeOperatorFunction, retry, type SchedulerLike, throwError, timer } from "rxjs";
import { type JitteredWait, jitteredWait } from "./jittered_wait.ts";

/** How long to wait before a new try, and whether to. */
export interface JitteredRetry extends JitteredWait {
  /** Time. */
  readonly scheduler: SchedulerLike;
  /** At most so many tries in a row fail, the first one included: the error of the last is the output's. Default: any number. */
  readonly tries?: number;
  /** Whether an error is worth a new try; every one is by default. One that is not becomes the output's. */
  readonly isWorthIt?: (error: unknown) => boolean;
  /** Is told of every failure before the wait, in milliseconds, begins. */
  readonly notify?: (error: unknown, waitMs: number) => void;
}

/**
 * Subscribes to the source again when it errors, for ever or for so many `tries`, after a random part of a wait that doubles up to a limit
 * ("full jitter"): many that failed together do not come back together. A value from the source ends the row of failures.
 */
export function retryWithJitter<T>(options: JitteredRetry): MonoTypeOperatorFunction<T> {
  const { scheduler, tries = Infinity, isWorthIt = () => true, notify } = options;
  return retry({
    resetOnSuccess: true,
    delay: (error: unknown, failures) => {
      if (failures >= tries || !isWorthIt(error)) return throwError(() => error);
      const waitMs = jitteredWait(failures, options);
      notify?.(error, waitMs);
      return timer(waitMs, scheduler);
    },
  });
}
