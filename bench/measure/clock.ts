/** One clock for all processes of a run: each counts from its own start, which the system's clock tells. */

/** Now, in microseconds since 1970, with fractions. It never goes back within a process. */
export function nowMicros(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}
