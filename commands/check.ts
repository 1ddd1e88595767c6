/** `tidegate check`: says whether the gateway could run. */
import type { Configuration } from "../adapters/config/mod.ts";
import { routeTable } from "../domain/route_table.ts";
import { topicMistakes, topicWarnings } from "../domain/topic_checks.ts";
import { logState } from "./log_state.ts";
import { openLog } from "./open_log.ts";
import {
  errorText,
  print,
  printError,
  processTelemetry,
  systemClock as clock,
  systemRandom as random,
} from "./process.ts";
import { gatewaySettings } from "./settings.ts";

/** How long `--connect` waits for a log that is away, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Prints what the configuration makes of itself; with `connect`, opens the log and looks at its topics too.
 *
 * @returns the exit code: 0 where all is well, 1 where the log is away or does not fit
 */
export async function check(configuration: Configuration, options: { connect: boolean }): Promise<number> {
  const { http, auth, log, kafka, routes } = configuration;
  print(`Configuration: ok; ws://${http.host}:${http.port}/ws, auth ${auth.mode}`);
  print(
    `Log: ${
      kafka ? `kafka at ${kafka.brokers.join(", ")}` : log.kind === "sqlite" ? `sqlite in ${log.path}` : log.kind
    }`,
  );
  for (const route of routes) {
    const { inbound, outbound } = route.pipeline ?? {};
    const pipeline = [...(inbound ? ["inbound"] : []), ...(outbound ? [`outbound (${outbound.kind})`] : [])];
    const through = pipeline.length > 0 ? `, pipeline ${pipeline.join(" and ")}` : "";
    print(`Route: ${route.channel} -> topic ${route.topic}, ${route.payload}, ${route.partitioner}${through}`);
  }
  return options.connect ? await checkLog(configuration) : 0;
}

async function checkLog(configuration: Configuration): Promise<number> {
  const telemetry = processTelemetry(configuration.telemetry);
  const table = routeTable(configuration.routes);
  const { log, startup } = await openLog(configuration, { clock, random, telemetry });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      const message = `Cannot reach the log within ${PATIENCE_MS / 1000} s`;
      const giveUp = () => logState(log).then(({ reason }) => reject(new Error(`${message}: ${reason}`)), reject);
      timer = setTimeout(giveUp, PATIENCE_MS);
    });
    await Promise.race([startup, late]);
    const state = await logState(log);
    for (const topic of table.topics) {
      const found = state.topics.get(topic);
      if (found) print(`Topic: ${topic}, ${found.partitions} partitions, durability ${found.durability}`);
    }
    const mistakes = topicMistakes(table, state);
    for (const mistake of mistakes) printError(mistake);
    for (const warning of topicWarnings(table, { state, settings: gatewaySettings(configuration, "check") })) {
      printError(warning);
    }
    return mistakes.length === 0 ? 0 : 1;
  } catch (error) {
    printError(errorText(error));
    return 1;
  } finally {
    clearTimeout(timer);
    await log.close();
  }
}
