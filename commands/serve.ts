/** `tidegate serve`: plugs the adapters and the gateway together, and runs them until a signal. */
import { lastValueFrom, Subject } from "rxjs";
import type { Configuration } from "../adapters/config/mod.ts";
import type { MemoryWatch } from "../adapters/telemetry/mod.ts";
import { publicFetch } from "../adapters/http/public_fetch.ts";
import { DenyList } from "../domain/deny_list.ts";
import { type Gateway, gateway, type Readiness } from "../domain/gateway.ts";
import { refuseDenied } from "../domain/refuse_denied.ts";
import { routeTable } from "../domain/route_table.ts";
import type { Drain } from "../domain/run_session.ts";
import { topicMistakes, topicWarnings } from "../domain/topic_checks.ts";
import { capnpEnvelopes } from "../schema/mod.ts";
import { type Admin, openAdmin } from "./open_admin.ts";
import { type Front, openFront } from "./open_front.ts";
import { openAuthenticator, originOptions } from "./open_authenticator.ts";
import { openLog, type StartingLog } from "./open_log.ts";
import { watchProcessMemory, withMemory } from "./process_memory.ts";
import { processTelemetry, systemClock as clock, systemRandom as random } from "./process.ts";
import { gatewaySettings } from "./settings.ts";
import { type Stop, STOP_EXIT_CODES, stopSignals } from "../adapters/process/stop_signals.ts";
import { logState } from "./log_state.ts";

/** What is running, for the one who stops it. */
interface Running {
  readonly starting: StartingLog;
  readonly transport: Front;
  readonly admin?: Admin;
  readonly memory: MemoryWatch;
}

/**
 * Serves until a signal ends it.
 *
 * SIGTERM drains: not ready, no new connections, requests in flight answered, sockets closed one after another. SIGINT does so in less
 * time, and a second signal ends at once.
 *
 * @returns the process' exit code: 0 after a drain, 130 or 143 where a second signal ended it, 1 where it could not start or go on
 * @throws {Error} where it cannot listen or open its log; the message says why
 */
export async function serve(configuration: Configuration, version: string): Promise<number> {
  const telemetry = processTelemetry(configuration.telemetry);
  const { limits } = configuration;
  const routes = routeTable(configuration.routes);
  const settings = gatewaySettings(configuration, `${configuration.name}-${random.uuid().slice(0, 8)}`);
  const drain = new Subject<Drain>();
  const starting = await openLog(configuration, { clock, random, telemetry });
  const denials = configuration.auth.denyList ? new DenyList() : undefined;
  const known = openAuthenticator(configuration, { clock, random, telemetry });
  const authenticator = denials ? refuseDenied(known, { denials, clock }) : known;
  const memory = watchProcessMemory(limits, telemetry);
  let readiness = (): Readiness => ({ ready: false, checks: { start: "starting" } });

  const transport = await openFront({
    configuration,
    authenticator,
    origins: originOptions(configuration),
    full: () => memory.problem() === undefined ? undefined : "this node has no memory to spare",
    pages: publicFetch({ name: settings.node, version, ready: () => readiness() }),
    clock,
    random,
    telemetry,
  }).catch(async (error: unknown) => {
    await starting.log.close();
    throw error;
  });
  using signals = stopSignals();

  const running = gateway({
    log: starting.log,
    transport,
    authenticator,
    clock,
    random,
    telemetry,
    envelopes: capnpEnvelopes,
  }, {
    routes,
    settings,
    drain,
    ...(denials ? { denials } : {}),
  });
  readiness = () => withMemory(running.readiness(), memory.problem() === undefined ? "ok" : "no memory to spare");
  const ended = runEffects(running, transport);
  const { hostname, port } = transport.address;
  telemetry.note("info", "Listening", {
    url: `ws://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/ws`,
    log: configuration.log.kind,
    auth: configuration.auth.mode,
    node: settings.node,
    version,
  });

  const admin = await openAdmin({
    configuration,
    telemetry,
    gateway: running,
    transport,
    ready: () => withMemory(running.readiness({ forOperator: true }), memory.problem() ?? "ok"),
    node: settings.node,
    version,
  }).catch(async (error: unknown) => {
    await close({ starting, transport, memory });
    throw error;
  });

  const started = starting.startup.then(async () => {
    const state = await logState(starting.log);
    const mistakes = topicMistakes(routes, state);
    if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
    for (const warning of topicWarnings(routes, { state, settings })) telemetry.note("warn", warning);
  });
  const outcome = await Promise.race([
    signals.first,
    ended.then(() => new Error("Cannot go on: the log has ended"), asError),
    started.then(() => new Promise<never>(() => {}), asError),
  ]);
  if (outcome instanceof Error) {
    telemetry.note("error", outcome.message);
    await close({ starting, transport, admin, memory });
    return 1;
  }
  return await drainAll(outcome);

  async function drainAll(stop: Stop): Promise<number> {
    const withinMs = 1000 * (stop === "terminate" ? limits.drainSeconds : limits.drainInterruptSeconds);
    telemetry.note("info", "Draining", { seconds: withinMs / 1000 });
    transport.stopAccepting();
    drain.next({ withinMs });
    const stopped = ended.then(() => close({ starting, transport, admin, memory }));
    const forced = await Promise.race([stopped, signals.second]);
    if (forced === undefined) {
      telemetry.note("info", "Stopped");
      return 0;
    }
    telemetry.note("warn", "Stopped before every connection was closed");
    return STOP_EXIT_CODES[forced];
  }
}

/** Hands effects to the transport until there are no more; rejects where the gateway errors. */
async function runEffects(running: Gateway, transport: Front): Promise<void> {
  const performed = new Subject<void>();
  const done = lastValueFrom(performed, { defaultValue: undefined });
  running.effects.subscribe({
    next: (effects) => transport.perform(effects),
    error: (error) => performed.error(error),
    complete: () => performed.complete(),
  });
  await done;
}

async function close({ starting, transport, admin, memory }: Running): Promise<void> {
  memory.stop();
  await transport.close();
  await admin?.close();
  await starting.log.close();
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
