/** `tidegate serve`: plugs the adapters and the gateway together, and runs them until a signal. */
import type { Configuration } from "../adapters/config/mod.ts";
import type { MemoryWatch } from "../adapters/telemetry/mod.ts";
import { publicFetch } from "../adapters/http/public_fetch.ts";
import { DenyList } from "../domain/deny_list.ts";
import type { Readiness } from "../domain/gateway.ts";
import { refuseDenied } from "../domain/refuse_denied.ts";
import { routeTable } from "../domain/route_table.ts";
import { type Admin, openAdmin } from "./open_admin.ts";
import { type Front, openFront } from "./open_front.ts";
import { openAuthenticator, originOptions } from "./open_authenticator.ts";
import { openLog, type StartingLog } from "./open_log.ts";
import { watchProcessMemory, withMemory } from "./process_memory.ts";
import { processTelemetry, systemClock as clock, systemRandom as random } from "./process.ts";
import { runGateway } from "./run_gateway.ts";
import { gatewaySettings } from "./settings.ts";
import { type Stop, STOP_EXIT_CODES, stopSignals } from "../adapters/process/stop_signals.ts";

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

  const running = runGateway({ starting, transport, authenticator, telemetry, routes, settings, denials });
  const { gateway, started, ended } = running;
  readiness = () => withMemory(gateway.readiness(), memory.problem() === undefined ? "ok" : "no memory to spare");
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
    gateway,
    transport,
    ready: () => withMemory(gateway.readiness({ forOperator: true }), memory.problem() ?? "ok"),
    node: settings.node,
    version,
    log: starting.log,
  }).catch(async (error: unknown) => {
    await close({ starting, transport, memory });
    throw error;
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
    running.drain({ withinMs });
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

async function close({ starting, transport, admin, memory }: Running): Promise<void> {
  memory.stop();
  await transport.close();
  await admin?.close();
  await starting.log.close();
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
