/** One clock for all processes of a run: each counts from its own start, which the system's clock tells. */

/** Now, in microseconds since 1970, with fractions. It never goes back within a process. */
export function nowMicros(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}

/**
 * A clock that is looked at once for all that one turn of the event loop brings: what comes to a process in a turn was there when the turn
 * began.
 *
 * @param origin microseconds since 1970
 * @returns a function that says the microseconds since then
 */
export function turnClock(origin: number): () => number {
  let now: number | undefined;
  return () => {
    if (now === undefined) {
      now = nowMicros() - origin;
      queueMicrotask(() => now = undefined);
    }
    return now;
  };
}
