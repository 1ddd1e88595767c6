/** What the fronts of both servers have in common: that of `node:http`, and that of the fetch API. */
import { clientAddress, hostRule, type OriginOptions, originRule } from "../adapters/auth/mod.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { type HttpTransport, openHttpTransport } from "../adapters/http/open_http_transport.ts";
import type { Fetch } from "../adapters/http/peer.ts";
import { sumStats, type TransportStats } from "../adapters/transport/transport_stats.ts";
import { mergeTransports } from "../domain/merge_transports.ts";
import type { Authenticator } from "../domain/ports/authenticator.ts";
import type { Clock, Random } from "../domain/ports/clock.ts";
import type { Telemetry } from "../domain/ports/telemetry.ts";
import type { Transport } from "../domain/ports/transport.ts";
import { originOptions } from "./open_authenticator.ts";

/** What a front is opened with. */
export interface FrontOptions {
  readonly configuration: Pick<Configuration, "http" | "limits" | "auth">;
  readonly authenticator: Authenticator;
  readonly origins: OriginOptions;
  /** Answers every other request. */
  readonly pages: Fetch;
  /** Why nobody more can be taken now. */
  readonly full: () => string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** A transport of WebSockets, as a front needs it. */
export interface WebSockets extends Transport {
  stats(): TransportStats;
  stopAccepting(): void;
  close(): Promise<void>;
}

/** The transport of plain HTTP. */
export function openPlain(options: FrontOptions): HttpTransport {
  const { configuration: { limits }, authenticator, origins, full, clock, random, telemetry } = options;
  const isAllowed = originRule(origins);
  return openHttpTransport({
    clock,
    random,
    telemetry,
    authenticator,
    isPageAllowed: (handshake) => handshake.header("origin").every((origin) => isAllowed(origin, handshake)),
    closedBecause: full,
    addressOf: addressRule(options.configuration),
    limits: { ...sharedLimits(limits), maxBodyBytes: limits.frameBytes },
  });
}

/** The limits of WebSockets, whatever the API under them. */
export function webSocketLimits(limits: Configuration["limits"]) {
  const { frameBytes: maxFrameBytes, pongSeconds } = limits;
  return { ...sharedLimits(limits), maxFrameBytes, pongSeconds };
}

/** Whose address counts for the connections of one. */
export function addressRule({ auth, http }: Pick<Configuration, "auth" | "http">) {
  return clientAddress({
    ...(auth.trustedProxies ? { trustedProxies: auth.trustedProxies } : {}),
    ...(http.clientAddressHeader === undefined ? {} : { header: http.clientAddressHeader }),
  });
}

/** Which hosts requests may be for. */
export function hostsOf(configuration: Pick<Configuration, "auth" | "http">): (host: string) => boolean {
  const { allowedHosts } = configuration.http;
  const { thisMachineOnly } = originOptions(configuration);
  return hostRule({ thisMachineOnly, ...(allowedHosts ? { allowedHosts } : {}) });
}

/** Both transports as one. */
export function mergeFront(webSockets: WebSockets, plain: HttpTransport): WebSockets {
  return {
    ...mergeTransports(webSockets, plain),
    stats: () => sumStats(webSockets.stats(), plain.stats()),
    stopAccepting() {
      webSockets.stopAccepting();
      plain.stopAccepting();
    },
    async close() {
      plain.close();
      await webSockets.close();
    },
  };
}

function sharedLimits(limits: Configuration["limits"]) {
  const { handshakeSeconds, pingSeconds, queueBytes, connections, connectionsPerAddress } = limits;
  return { handshakeSeconds, pingSeconds, queueBytes, connections, connectionsPerAddress };
}
