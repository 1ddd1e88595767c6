/** Runs a scenario in which clients come back to what they missed. */
import { residentBytes } from "../measure/process_usage.ts";
import type { ResumeScenario } from "../scenarios/scenario.ts";
import type { ServerKind } from "../servers/server.ts";
import { total, totalByName } from "./counts.ts";
import { latenciesOf } from "./latencies.ts";
import type { Measured } from "./measured.ts";
import { connectCrowd, crowdPlans, openStage, type RunContext, sleep } from "./stage.ts";
import { measureUsage } from "./usage.ts";

/** Measures a server: from the first client that comes back to the last record that one of them missed. */
export async function runResume(context: RunContext, kind: ServerKind, scenario: ResumeScenario): Promise<Measured> {
  const { clients, channels, missed, bytes } = scenario;
  await using stage = await openStage(context, kind);
  const { loads, producer, server, origin, topic } = stage;
  const brokers = context.kafka.brokers;
  const size = { clients, channels, channelsEach: 1, bytes, bystanders: 0 };
  await producer.ask("connect", { brokers, topic, origin, channels, bytes });
  const { emptyBytes } = await connectCrowd(stage, size);
  await Promise.all(loads.map((load) => load.ask("leave")));
  await producer.ask("produce", { records: channels * missed });
  await sleep(context.warmSeconds * 1000);

  const plans = crowdPlans(stage, size);
  const usage = measureUsage(stage);
  const back = await Promise.all(
    loads.map((load, at) => load.ask("comeBack", { plan: plans[at]!, speech: server.speech, missed })),
  );
  const { server: cpuSeconds, seconds: _, ...harness } = usage();
  const reports = await Promise.all(loads.map((load) => load.ask("report")));
  const delivered = total(back.map((report) => report.delivered));
  const latencies = latenciesOf(back.map((report) => report.latencies));
  const measured = {
    scenario: scenario.name,
    server: kind.name,
    round: context.round,
    seconds: Math.max(...back.map(({ seconds }) => seconds)),
    operations: delivered,
    ...latencies === undefined ? {} : { latencies },
    cpuSeconds,
    connections: clients,
    emptyBytes,
    residentBytes: residentBytes(server.pid),
    expected: clients * missed,
    missing: clients * missed - delivered,
    wrong: total(back.map(({ again }) => again)),
    harness: {
      ...harness,
      lagMs: Math.max(...back.map(({ lagMs }) => lagMs)),
      ended: totalByName(reports.map(({ ended }) => ended)),
    },
  };
  await Promise.all(loads.map((load) => load.ask("close")));
  return measured;
}
