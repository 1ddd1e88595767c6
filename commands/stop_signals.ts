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

/** Listens for SIGTERM and SIGINT. */
export function stopSignals(): StopSignals {
  const first = Promise.withResolvers<Stop>();
  const second = Promise.withResolvers<Stop>();
  let seen = 0;
  const take = (stop: Stop) => () => (seen++ === 0 ? first : second).resolve(stop);
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
