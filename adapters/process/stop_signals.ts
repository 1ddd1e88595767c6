/** The signals that ask a process to stop. */

/** How a process was asked to stop: `terminate` (SIGTERM) with more patience than `interrupt` (SIGINT). */
export type Stop = "terminate" | "interrupt";

/** The stop signals of this process, from the call until disposed. */
export interface StopSignals extends Disposable {
  /** Resolves at the first signal. */
  readonly first: Promise<Stop>;
  /** Resolves at the second one: whoever sends it does not want to wait. */
  readonly second: Promise<Stop>;
}

/** The exit code of a process that ended before it had stopped in order: what a shell gives for the signal. */
export const STOP_EXIT_CODES: Readonly<Record<Stop, number>> = { terminate: 143, interrupt: 130 };

/**
 * A signal that comes so soon after the first is the first one again, in milliseconds: Ctrl-C on a terminal reaches every process of
 * the task, and `deno task` passes it on to its child as well.
 */
const ECHO_MS = 500;

/** Listens for SIGTERM and SIGINT. */
export function stopSignals(): StopSignals {
  const first = Promise.withResolvers<Stop>();
  const second = Promise.withResolvers<Stop>();
  let firstAt: number | undefined;
  const take = (stop: Stop) => () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      first.resolve(stop);
    } else if (now - firstAt >= ECHO_MS) second.resolve(stop);
  };
  const listeners = [["SIGTERM", take("terminate")], ["SIGINT", take("interrupt")]] as const;
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    first: first.promise,
    second: second.promise,
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
