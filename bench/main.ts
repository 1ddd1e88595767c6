/**
 * `deno task bench`: Tidegate and its peers on one Kafka, one after another, from outside. docs/performance.md says what is measured and
 * how. The exit code is 1 where a run failed, 2 where the arguments or the machine are not fit for it.
 */
import process from "node:process";
import { startKafka } from "../tests/kafka/broker.ts";
import { whyNoKafka } from "../tests/kafka/jars.ts";
import { type BenchOptions, parseArguments, USAGE } from "./arguments.ts";
import { describeMachine, whyNotHere, whyNotSoMany } from "./measure/machine.ts";
import type { BenchResult, Failed } from "./report/result.ts";
import { writeResult } from "./report/write.ts";
import type { Measured } from "./run/measured.ts";
import { runScenario } from "./run/run_scenario.ts";
import { progressLine } from "./report/progress_line.ts";
import { connectionsOf } from "./scenarios/scenario.ts";
import type { ServerKind } from "./servers/server.ts";

const USAGE_EXIT_CODE = 2;

// An idle client of kafkajs sets a timer that is due already, over and over, of which Deno warns.
process.removeAllListeners("warning");
Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseArguments(args);
    if (options === "help") {
      console.log(USAGE);
      return 0;
    }
    const unfit = await whyUnfit(options);
    if (unfit !== undefined) throw new Error(unfit);
    const versions: Record<string, Readonly<Record<string, string>>> = {};
    for (const server of options.servers) versions[server.name] = await server.versions();
    return await bench(options, versions);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return USAGE_EXIT_CODE;
  }
}

/** Why this machine cannot run it, with the way out; `undefined` where it can. */
async function whyUnfit({ scenarios }: BenchOptions): Promise<string | undefined> {
  return whyNotHere() ?? (Deno.env.get("KAFKA_BROKERS") ? undefined : await whyNoKafka()) ??
    await whyNotSoMany(Math.max(...scenarios.map(connectionsOf)));
}

/** Results are written after each round: who stops it has those of before. */
async function bench(options: BenchOptions, versions: BenchResult["versions"]): Promise<number> {
  const { rounds, seconds, warmSeconds, quick, denoFlags } = options;
  const about = { began: new Date().toISOString(), machine: describeMachine(), versions, seconds };
  await using kafka = await startKafka();
  const runs: Measured[] = [];
  const failed: Failed[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const scenario of options.scenarios) {
      for (const server of inTurn(options.servers, round)) {
        if (scenario.servers && !scenario.servers.includes(server.name)) continue;
        const context = { kafka, round, seconds, warmSeconds, quick, denoFlags };
        try {
          const run = await runScenario(context, server, scenario);
          console.error(progressLine(run));
          runs.push(run);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          console.error(`${scenario.name}, ${server.name}, round ${round}: ${reason}`);
          failed.push({ scenario: scenario.name, server: server.name, round, reason });
        }
      }
    }
    await writeResult({ ...about, rounds: round, runs, failed }, options);
  }
  return failed.length === 0 ? 0 : 1;
}

/** A server that goes first in one round goes last in the next one. */
function inTurn(servers: readonly ServerKind[], round: number): readonly ServerKind[] {
  const first = (round - 1) % servers.length;
  return [...servers.slice(first), ...servers.slice(0, first)];
}
