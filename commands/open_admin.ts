/** The listener for operators. */
import { hostRule } from "../adapters/auth/mod.ts";
import { isLoopbackHost } from "../adapters/auth/address_set.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { denialPages } from "../adapters/http/denial_pages.ts";
import { adminFetch } from "../adapters/http/admin_fetch.ts";
import { type ConsoleTelemetry, exposition, EXPOSITION_TYPE, loopDelay } from "../adapters/telemetry/mod.ts";
import { closeServer, httpServer, listen } from "../adapters/websocket/http_server.ts";
import { DEFAULT_WS_LIMITS } from "../adapters/websocket/mod.ts";
import type { Gateway, Readiness } from "../domain/gateway.ts";
import type { Log } from "../domain/ports/log.ts";
import { type Denial, denialKey, type Denied } from "../domain/deny_list.ts";
import { writeDenial } from "./write_denial.ts";
import type { Front } from "./open_front.ts";
import { gatherMetrics } from "./gather_metrics.ts";
import { systemClock as clock } from "./process.ts";

/** What operators are told of. */
export interface AdminOptions {
  readonly configuration: Configuration;
  readonly telemetry: ConsoleTelemetry;
  readonly gateway: Gateway;
  readonly transport: Pick<Front, "stats">;
  /** With the reasons for an operator. */
  readonly ready: () => Readiness;
  readonly node: string;
  readonly version: string;
  /** Where denials are written. */
  readonly log: Pick<Log, "append" | "state">;
}

/** A listener that is open. */
export interface Admin {
  close(): Promise<void>;
}

/**
 * Opens the admin listener, if the configuration wants one.
 *
 * @throws {Error} where it cannot listen
 */
export async function openAdmin(options: AdminOptions): Promise<Admin> {
  const { configuration: { admin, auth }, telemetry, gateway, transport, ready, node, version, log } = options;
  const { port, host, token } = admin;
  if (port === undefined) return { close: () => Promise.resolve() };
  const loop = loopDelay(clock.scheduler);
  const measured = { telemetry, gateway, transport, loop, memory: Deno.memoryUsage, node, version };
  const write = async (denied: Denied, denial: Denial | null) => {
    await writeDenial(log, denied, denial);
    const { reason = "none given" } = denial ?? {};
    telemetry.note("info", denial ? "An operator denied" : "An operator allowed", { key: denialKey(denied), reason });
  };
  const server = httpServer({
    hostname: host,
    port,
    fetch: adminFetch({
      ...(token === undefined ? {} : { token }),
      ready,
      metrics: () => ({ type: EXPOSITION_TYPE, text: exposition(gatherMetrics(measured)) }),
      connections: () => ({ node, ...gateway.stats(), ...transport.stats() }),
      ...(auth.denyList ? { denials: denialPages({ write, scheduler: clock.scheduler }) } : {}),
    }),
    limits: DEFAULT_WS_LIMITS,
    isHostAllowed: hostRule({ thisMachineOnly: isLoopbackHost(host) }),
    telemetry,
  });
  try {
    const address = await listen(server, { hostname: host, port });
    const { hostname } = address;
    telemetry.note("info", "Listening for operators", {
      url: `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${address.port}/metrics`,
      token: token !== undefined,
    });
  } catch (error) {
    loop.stop();
    throw error;
  }
  return {
    async close() {
      loop.stop();
      server.closeAllConnections();
      await closeServer(server);
    },
  };
}
