/** Waiting that can be given up. */

/** Resolves after `ms` milliseconds, or when `signal` aborts: whichever comes first. Never rejects. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return bell().wait(ms, signal);
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Settles as `task` does, or rejects with what `late` makes after `ms` milliseconds. `task` goes on unheard. */
export function within<T>(task: Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    task.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** A wait that someone else may end early. */
export interface Bell {
  /** Ends the wait, or the next one where none is under way. */
  ring(): void;
  /** Resolves when the bell rings, after `ms` milliseconds, or when `signal` aborts. One wait at a time. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** A bell that has not rung. */
export function bell(): Bell {
  let rung = false;
  let heard: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      heard?.();
    },
    async wait(ms, signal) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const end = () => {
            clearTimeout(timer);
            signal.removeEventListener("abort", end);
            heard = undefined;
            resolve();
          };
          const timer = setTimeout(end, ms);
          signal.addEventListener("abort", end);
          heard = end;
        });
      }
      rung = false;
    },
  };
}

/** A random time of at most `baseMs` doubled for each failure, and of at most `capMs` (full jitter). */
export function jitter(failures: number, options: { baseMs: number; capMs: number; fraction: () => number }): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** Math.min(failures, 20));
  return Math.ceil(ceiling * options.fraction());
}
