/** How soon after a fetch the next one follows. */
import type { FetchResponse } from "./wire/fetch.ts";

/**
 * A broker answers with the first record that comes. Where they come all the time, that would be a fetch for each, which costs the broker
 * and the gateway more than all else: so one that brought records is followed by the next `share` times as long after its beginning as they
 * took to be passed on, and `mostMs` milliseconds at the most. A machine that is fast, or has little to do, hardly waits.
 */
const PACE = { share: 20, mostMs: 15 };

/** When a fetch was, in milliseconds of one clock, and how much of a partition it asked for. */
export interface PastFetch {
  readonly beganAt: number;
  readonly answeredAt: number;
  /** When its records had been passed on. */
  readonly now: number;
  /** The most bytes of one partition. */
  readonly fetchBytes: number;
}

/**
 * How long to wait now, in milliseconds; 0 or less for not at all. So it is where records came after a quiet time, and where there is more than a
 * fetch brings.
 */
export function paceMs(
  response: Pick<FetchResponse, "topics">,
  { beganAt, answeredAt, now, fetchBytes }: PastFetch,
): number {
  let most = 0;
  for (const { partitions } of response.topics) {
    for (const { records } of partitions) most = Math.max(most, records.length);
  }
  if (most === 0 || most > fetchBytes / 2) return 0;
  return beganAt + Math.min(PACE.share * (now - answeredAt), PACE.mostMs) - now;
}
