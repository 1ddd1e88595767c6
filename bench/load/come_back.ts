/** Clients that were away and come back all at once, each to what it missed. */
import { nowMicros } from "../measure/clock.ts";
import { Histogram, type HistogramPairs } from "../measure/histogram.ts";
import { type Crowd, openCrowd } from "./crowd.ts";
import { channelsOf, type CrowdPlan } from "./crowd_plan.ts";
import type { Dialect } from "./dialect.ts";

/** Handshakes of this process at once. */
const AT_ONCE = 250;

/** How long they may take, in milliseconds. */
const DEADLINE_MS = 60_000;

/** What came of it. */
export interface ComeBackReport {
  /** Microseconds from a client's connecting to the last record that it missed. */
  readonly latencies: HistogramPairs;
  /** Records that came. */
  readonly delivered: number;
  readonly again: number;
  /** Until all had come, or the time was over. */
  readonly seconds: number;
}

/** Connects clients, each with one channel, behind the cursors that they had. Resolves when all have what they missed, or after a minute. */
export async function comeBack(
  plan: CrowdPlan,
  dialectOf: (client: number) => Dialect,
  { cursors, missed }: { readonly cursors: Crowd["cursors"]; readonly missed: number },
): Promise<{ readonly crowd: Crowd; readonly report: ComeBackReport }> {
  const latencies = new Histogram();
  const begun = new Float64Array(plan.clients);
  const all = Promise.withResolvers<void>();
  const start = performance.now();
  let waiting = plan.clients;
  const opening = openCrowd(plan, dialectOf, {
    atOnce: AT_ONCE,
    since: cursors,
    opening: (client) => begun[client] = nowMicros(),
    delivered(client, tally) {
      const [channel] = channelsOf(plan, plan.first + client);
      if (begun[client] === 0 || tally.lastNumber(client, channel!) < missed) return;
      latencies.record(nowMicros() - begun[client]!);
      begun[client] = 0;
      if (--waiting === 0) all.resolve();
    },
  });
  const deadline = setTimeout(all.resolve, DEADLINE_MS);
  const crowd = await opening;
  await all.promise;
  clearTimeout(deadline);
  const seconds = (performance.now() - start) / 1000;
  return {
    crowd,
    report: { latencies: latencies.toPairs(), delivered: crowd.tally.delivered, again: crowd.tally.again, seconds },
  };
}
