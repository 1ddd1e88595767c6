/** `tidegate check`: says whether the gateway could run. */
import { RemoteKeys } from "../adapters/auth/mod.ts";
import type { Configuration, JwtConfiguration } from "../adapters/config/mod.ts";
import { CONTROL_TOPIC } from "../domain/deny_list.ts";
import { PRESENCE_TOPIC } from "../domain/presence_word.ts";
import type { Fields } from "../domain/ports/telemetry.ts";
import { routeTable } from "../domain/route_table.ts";
import { topicMistakes, topicWarnings } from "../domain/topic_checks.ts";
import { logState } from "./log_state.ts";
import { nodeTopics } from "./node_topics.ts";
import { identityWarnings } from "./open_authenticator.ts";
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
  const { http, auth, jwt, log, kafka, routes } = configuration;
  print(`Configuration: ok; ws://${http.host}:${http.port}/ws, auth ${auth.mode}`);
  print(
    `Log: ${
      kafka ? `kafka at ${kafka.brokers.join(", ")}` : log.kind === "sqlite" ? `sqlite in ${log.path}` : log.kind
    }`,
  );
  if (jwt) print(`Tokens: ${tokenText(jwt)}`);
  if (auth.denyList) print(`Denials: topic ${CONTROL_TOPIC}`);
  if (nodeTopics(configuration).includes(PRESENCE_TOPIC)) print(`Presence of all nodes: topic ${PRESENCE_TOPIC}`);
  for (const warning of identityWarnings(configuration)) printError(warning);
  for (const route of routes) {
    const { inbound, outbound } = route.pipeline ?? {};
    const pipeline = [...(inbound ? ["inbound"] : []), ...(outbound ? [`outbound (${outbound.kind})`] : [])];
    const through = pipeline.length > 0 ? `, pipeline ${pipeline.join(" and ")}` : "";
    print(`Route: ${route.channel} -> topic ${route.topic}, ${route.payload}, ${route.partitioner}${through}`);
  }
  if (!options.connect) return 0;
  const keys = jwt ? await checkKeys(jwt) : 0;
  return Math.max(keys, await checkLog(configuration));
}

/** How tokens are verified; never a secret. */
function tokenText({ keys, issuer, audience }: JwtConfiguration): string {
  const how = "url" in keys
    ? `keys of ${keys.url}`
    : [...new Set(keys.flatMap(({ algorithms }) => algorithms))].join(", ");
  return `${how}; iss ${issuer ?? "any"}, aud ${audience?.join(" or ") ?? "any"}`;
}

/** Fetches the keys of tokens, where they are elsewhere. */
async function checkKeys({ keys }: JwtConfiguration): Promise<number> {
  if (!("url" in keys)) return 0;
  const telemetry = {
    count() {},
    note: (_: unknown, message: string, fields?: Fields) => printError(noteText(message, fields)),
  };
  return await new RemoteKeys({ url: keys.url, clock, telemetry }).prefetch() ? 0 : 1;
}

function noteText(message: string, { url, reason }: Fields = {}): string {
  return `${message} from ${url}: ${reason}`;
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
    for (const topic of [...table.topics, ...nodeTopics(configuration)]) {
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
