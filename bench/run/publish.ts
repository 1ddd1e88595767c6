/** Runs a scenario in which clients publish. */
import { residentBytes } from "../measure/process_usage.ts";
import type { PublishScenario } from "../scenarios/scenario.ts";
import type { ServerKind } from "../servers/server.ts";
import { asAdmin } from "../../tests/kafka/topics.ts";
import { total, totalByName } from "./counts.ts";
import { latenciesOf } from "./latencies.ts";
import type { Measured } from "./measured.ts";
import { connectCrowd, openStage, type RunContext, shares, sleep } from "./stage.ts";
import { measureUsage } from "./usage.ts";

/** Measures a server. */
export async function runPublish(context: RunContext, kind: ServerKind, scenario: PublishScenario): Promise<Measured> {
  const { publishers, inFlight, channels, bytes } = scenario;
  await using stage = await openStage(context, kind);
  const { loads, server } = stage;
  const { speech } = server;
  const { emptyBytes } = await connectCrowd(stage, {
    clients: publishers,
    channels,
    channelsEach: 0,
    bytes,
    bystanders: 0,
  });
  const parts = shares(publishers, loads.length);
  await Promise.all(
    loads.map((load, at) =>
      load.ask("publish", { plan: { inFlight, bytes, channels, first: parts[at]!.first }, speech })
    ),
  );
  await sleep(context.warmSeconds * 1000);

  await Promise.all(loads.map((load) => load.ask("clearPublished")));
  const before = await Promise.all(loads.map((load) => load.ask("published")));
  const usage = measureUsage(stage);
  await sleep(context.seconds * 1000);
  const { seconds, server: cpuSeconds, ...harness } = usage();
  const after = await Promise.all(loads.map((load) => load.ask("published")));

  const ends = await Promise.all(loads.map((load) => load.ask("stopPublishing")));
  const reports = await Promise.all(loads.map((load) => load.ask("report")));
  const acked = total(ends.map(({ published }) => published));
  const latencies = latenciesOf(after.map((report) => report.latencies));
  const measured = {
    scenario: scenario.name,
    server: kind.name,
    round: context.round,
    seconds,
    operations: total(after.map(({ published }) => published)) - total(before.map(({ published }) => published)),
    ...latencies === undefined ? {} : { latencies },
    cpuSeconds,
    connections: publishers,
    emptyBytes,
    residentBytes: residentBytes(server.pid),
    expected: acked,
    missing: Math.max(0, acked - await recordsIn(context.kafka.brokers, stage.topic)),
    wrong: total(ends.map(({ refused }) => refused)),
    harness: {
      ...harness,
      lagMs: Math.max(...after.map(({ lagMs }) => lagMs)),
      ended: totalByName(reports.map(({ ended }) => ended)),
    },
  };
  await Promise.all(loads.map((load) => load.ask("close")));
  return measured;
}

async function recordsIn(brokers: string[], topic: string): Promise<number> {
  const ends = await asAdmin({ brokers }, (admin) => admin.fetchTopicOffsets(topic));
  return total(ends.map(({ high, low }) => Number(high) - Number(low)));
}
