/** Where clients come in: WebSockets and plain HTTP on one port. */
import { clientAddress, hostRule, type OriginOptions, originRule } from "../adapters/auth/mod.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { openHttpTransport } from "../adapters/http/open_http_transport.ts";
import type { Fetch } from "../adapters/http/peer.ts";
import { sumStats } from "../adapters/transport/transport_stats.ts";
import { openWsTransport, type WsTransport } from "../adapters/websocket/mod.ts";
import { mergeTransports } from "../domain/merge_transports.ts";
import type { Authenticator } from "../domain/ports/authenticator.ts";
import type { Clock, Random } from "../domain/ports/clock.ts";
import type { Telemetry } from "../domain/ports/telemetry.ts";
import { capnpCodec, jsonCodec } from "../schema/mod.ts";

/** Both transports as one, and the port that they share. */
export type Front = WsTransport;

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

/**
 * Listens, as the configuration has it.
 *
 * @throws {Error} where it cannot listen; the message names the address and the way out
 */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { configuration: { http, limits, auth }, authenticator, origins, pages, full, ...outside } = options;
  const isAllowed = originRule(origins);
  const shared = {
    handshakeSeconds: limits.handshakeSeconds,
    pingSeconds: limits.pingSeconds,
    queueBytes: limits.queueBytes,
    connections: limits.connections,
  };
  const plain = openHttpTransport({
    ...outside,
    authenticator,
    isPageAllowed: (handshake) => handshake.header("origin").every((origin) => isAllowed(origin, handshake)),
    closedBecause: full,
    limits: { ...shared, maxBodyBytes: limits.frameBytes },
  });
  const webSockets = await openWsTransport({
    ...outside,
    hostname: http.host,
    port: http.port,
    codecs: [jsonCodec, capnpCodec],
    authenticator,
    fetch: (request, peer) => plain.fetch(request, peer) ?? pages(request, peer),
    limits: {
      ...shared,
      maxFrameBytes: limits.frameBytes,
      maxHeadBytes: limits.headBytes,
      pongSeconds: limits.pongSeconds,
      connectionsPerAddress: limits.connectionsPerAddress,
    },
    isHostAllowed: hostRule({
      thisMachineOnly: origins.thisMachineOnly,
      ...(http.allowedHosts ? { allowedHosts: http.allowedHosts } : {}),
    }),
    addressOf: clientAddress({
      ...(auth.trustedProxies ? { trustedProxies: auth.trustedProxies } : {}),
      ...(http.clientAddressHeader === undefined ? {} : { header: http.clientAddressHeader }),
    }),
    closedBecause: full,
  }).catch((error: unknown) => {
    plain.close();
    throw error;
  });
  return {
    ...mergeTransports(webSockets, plain),
    address: webSockets.address,
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
