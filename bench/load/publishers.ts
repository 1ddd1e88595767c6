/** Clients that publish: each has so many publishes without an answer, all the time. */
import { nowMicros } from "../measure/clock.ts";
import { Histogram, type HistogramPairs } from "../measure/histogram.ts";
import type { Crowd } from "./crowd.ts";
import { channelName } from "./crowd_plan.ts";
import type { Dialect } from "./dialect.ts";
import { stampedValue } from "./stamp.ts";

/** How long the last answers may take, in milliseconds. */
const LAST_ANSWERS_MS = 15_000;

/** How clients publish. */
export interface PublishPlan {
  /** Publishes of a client without an answer. */
  readonly inFlight: number;
  /** The length of a value. */
  readonly bytes: number;
  readonly channels: number;
  /** The number of the first client, of all that the run has: each publishes to one channel. */
  readonly first: number;
}

/** What came of publishes. */
export interface PublishReport {
  /** Answered as published. */
  readonly published: number;
  readonly refused: number;
  /** Microseconds from a publish to its answer, since they were last cleared. */
  readonly latencies: HistogramPairs;
}

/** Publishers at work. */
export interface Publishers {
  report(): PublishReport;
  /** Forgets the latencies of before. */
  clear(): void;
  /** Publishes nothing more; resolves when all is answered, or a client has ended, or after 15 seconds. */
  stop(): Promise<PublishReport>;
}

/** Starts to publish with every client. */
export function startPublishing(crowd: Crowd, plan: PublishPlan, dialectOf: (client: number) => Dialect): Publishers {
  const latencies = new Histogram();
  const sent = crowd.clients.map(() => new Map<number, number>());
  const nextId = new Uint32Array(crowd.clients.length).fill(1000);
  const refusals = new Map<string, number>();
  let published = 0;
  let refused = 0;
  let stopping: PromiseWithResolvers<void> | undefined;

  const publish = (at: number): void => {
    const client = plan.first + at;
    const channel = client % plan.channels;
    const id = nextId[at]!++;
    const value = stampedValue({ time: 0, channel, number: id }, { bytes: plan.bytes });
    sent[at]!.set(id, nowMicros());
    crowd.clients[at]!.send(dialectOf(client).publish({ id, channel: channelName(channel), value }));
  };
  const answered = (at: number): void => {
    if (!stopping) publish(at);
    else if (sent.every(({ size }) => size === 0)) stopping.resolve();
  };
  crowd.hear = (at, said) => {
    if (said.kind === "published") {
      const since = sent[at]!.get(said.id);
      if (since === undefined) return;
      sent[at]!.delete(said.id);
      latencies.record(nowMicros() - since);
      published++;
      answered(at);
    } else if (said.kind === "refused") {
      refused++;
      if (!refusals.has(said.why)) console.error(`A publish was refused: ${said.why}`);
      refusals.set(said.why, (refusals.get(said.why) ?? 0) + 1);
      sent[at]!.delete(sent[at]!.keys().next().value!);
      answered(at);
    }
  };
  const report = (): PublishReport => ({ published, refused, latencies: latencies.toPairs() });

  for (const at of crowd.clients.keys()) for (let n = 0; n < plan.inFlight; n++) publish(at);
  return {
    report,
    clear: () => latencies.clear(),
    async stop() {
      stopping = Promise.withResolvers();
      if (sent.every(({ size }) => size === 0)) stopping.resolve();
      const timer = setTimeout(stopping.resolve, LAST_ANSWERS_MS);
      await Promise.race([stopping.promise, ...crowd.clients.map(({ ended }) => ended)]);
      clearTimeout(timer);
      return report();
    },
  };
}
