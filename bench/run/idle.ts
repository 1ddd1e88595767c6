/** Runs a scenario in which connections only stay open. */
import { residentBytes } from "../measure/process_usage.ts";
import type { IdleScenario } from "../scenarios/scenario.ts";
import type { ServerKind } from "../servers/server.ts";
import { total, totalByName } from "./counts.ts";
import type { Measured } from "./measured.ts";
import { connectCrowd, openStage, type RunContext, sleep } from "./stage.ts";
import { measureUsage } from "./usage.ts";

const NOTHING = { clients: 0, channels: 1, channelsEach: 0, bytes: 200 };

/** Measures a server. */
export async function runIdle(context: RunContext, kind: ServerKind, scenario: IdleScenario): Promise<Measured> {
  await using stage = await openStage(context, kind);
  const { loads, server } = stage;
  const { emptyBytes } = await connectCrowd(stage, { ...NOTHING, bystanders: scenario.connections });
  await sleep(context.warmSeconds * 1000);
  await Promise.all(loads.map((load) => load.ask("report")));

  const usage = measureUsage(stage);
  await sleep((context.quick ? context.seconds : Math.max(context.seconds, scenario.seconds)) * 1000);
  const { seconds, server: cpuSeconds, ...harness } = usage();
  const reports = await Promise.all(loads.map((load) => load.ask("report")));
  const ended = totalByName(reports.map((report) => report.ended));
  const measured = {
    scenario: scenario.name,
    server: kind.name,
    round: context.round,
    seconds,
    operations: 0,
    cpuSeconds,
    connections: scenario.connections,
    emptyBytes,
    residentBytes: residentBytes(server.pid),
    expected: scenario.connections,
    missing: total(Object.values(ended)),
    wrong: 0,
    harness: { ...harness, lagMs: Math.max(...reports.map(({ lagMs }) => lagMs)), ended },
  };
  await Promise.all(loads.map((load) => load.ask("close")));
  return measured;
}
