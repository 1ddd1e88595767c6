/** Runs a scenario in which records are produced and come to subscribers. */
import { nowMicros } from "../measure/clock.ts";
import { residentBytes } from "../measure/process_usage.ts";
import type { TrafficScenario } from "../scenarios/scenario.ts";
import type { ServerKind } from "../servers/server.ts";
import { total, totalByName } from "./counts.ts";
import { latenciesOf } from "./latencies.ts";
import type { Measured } from "./measured.ts";
import { connectCrowd, openStage, type RunContext, sleep, type Stage } from "./stage.ts";
import { measureUsage } from "./usage.ts";

/** How long what was produced may be on its way when no more is, and how long nothing may come of it, in milliseconds. */
const DRAIN_MS = 15_000;
const STALLED_MS = 3_000;

/** How often load processes say what was delivered, where that paces the producer, in milliseconds. */
const WATCH_MS = 2;

/** Measures a server. */
export async function runTraffic(
  context: RunContext,
  kind: ServerKind,
  scenario: TrafficScenario,
): Promise<Measured> {
  const { subscribers, channels, channelsEach, bytes, pace, bystanders = 0, mixed = false } = scenario;
  await using stage = await openStage(context, kind, { mixed });
  const { loads, producer, server, origin, topic } = stage;
  const brokers = context.kafka.brokers;
  await producer.ask("connect", { brokers, topic, origin, channels, bytes });
  const { emptyBytes } = await connectCrowd(stage, { clients: subscribers, channels, channelsEach, bytes, bystanders });
  const copies = subscribers * channelsEach / channels;

  if ("window" in pace) await followDeliveries(stage, copies);
  await producer.ask("start", pace);
  await sleep(context.warmSeconds * 1000);

  const from = nowMicros() - origin;
  await Promise.all(loads.map((load) => load.ask("window", { from, to: from + context.seconds * 1e6 })));
  const [producedBefore, deliveredBefore] = await Promise.all([producer.ask("produced"), deliveries(stage)]);
  const usage = measureUsage(stage);
  await sleep(context.seconds * 1000);
  const { seconds, server: cpuSeconds, ...harness } = usage();
  const [producedAfter, deliveredAfter] = await Promise.all([producer.ask("produced"), deliveries(stage)]);

  const expected = await producer.ask("stop") * copies;
  await drain(stage, expected);
  const reports = await Promise.all(loads.map((load) => load.ask("report")));
  const delivered = total(reports.map((report) => report.delivered));
  const latencies = latenciesOf(reports.map((report) => report.latencies));
  const measured = {
    scenario: scenario.name,
    server: kind.name,
    round: context.round,
    seconds,
    operations: deliveredAfter - deliveredBefore,
    ...latencies === undefined ? {} : { latencies },
    cpuSeconds,
    connections: subscribers + bystanders,
    emptyBytes,
    residentBytes: residentBytes(server.pid),
    expected,
    missing: expected - delivered,
    wrong: total(reports.map(({ again }) => again)),
    harness: {
      ...harness,
      lagMs: Math.max(...reports.map(({ lagMs }) => lagMs)),
      producedRate: (producedAfter - producedBefore) / seconds,
      ended: totalByName(reports.map(({ ended }) => ended)),
    },
  };
  await Promise.all(loads.map((load) => load.ask("close")));
  return measured;
}

/** The producer hears how far the subscribers are. */
async function followDeliveries(stage: Stage, copies: number): Promise<void> {
  let told = 0;
  stage.onProgress(() => {
    const records = Math.floor(stage.heard() / copies);
    if (records === told) return;
    told = records;
    stage.producer.ask("delivered", { records }).catch(() => {});
  });
  await Promise.all(stage.loads.map((load) => load.ask("watch", { everyMs: WATCH_MS })));
}

async function deliveries({ loads }: Stage): Promise<number> {
  return total(await Promise.all(loads.map((load) => load.ask("delivered"))));
}

/** Waits until all has come, or nothing comes any more. */
async function drain(stage: Stage, expected: number): Promise<void> {
  const deadline = performance.now() + DRAIN_MS;
  for (let before = -1, since = performance.now(); performance.now() < deadline; await sleep(50)) {
    const delivered = await deliveries(stage);
    if (delivered >= expected || performance.now() - since > STALLED_MS) return;
    if (delivered > before) since = performance.now();
    before = delivered;
  }
}
