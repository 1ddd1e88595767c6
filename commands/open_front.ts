/** Where clients come in: WebSockets and plain HTTP on one port. */
import type { Configuration } from "../adapters/config/mod.ts";
import { openWsTransport, type WsTransport } from "../adapters/websocket/mod.ts";
import { capnpCodec, jsonCodec } from "../schema/mod.ts";
import { addressRule, type FrontOptions, hostsOf, mergeFront, openPlain, webSocketLimits } from "./front_parts.ts";

/** Both transports as one, and the port that they share. */
export type Front = WsTransport;

/**
 * Listens, as the configuration has it.
 *
 * @throws {Error} where it cannot listen; the message names the address and the way out
 */
export async function openFront(
  options: FrontOptions & { readonly configuration: Pick<Configuration, "http"> },
): Promise<Front> {
  const { configuration, authenticator, pages, full, clock, random, telemetry } = options;
  const { http, limits } = configuration;
  const plain = openPlain(options);
  const webSockets = await openWsTransport({
    clock,
    random,
    telemetry,
    hostname: http.host,
    port: http.port,
    codecs: [jsonCodec, capnpCodec],
    authenticator,
    fetch: (request, peer) => plain.fetch(request, peer) ?? pages(request, peer),
    limits: { ...webSocketLimits(limits), maxHeadBytes: limits.headBytes },
    isHostAllowed: hostsOf(configuration),
    addressOf: addressRule(configuration),
    closedBecause: full,
  }).catch((error: unknown) => {
    plain.close();
    throw error;
  });
  return { ...mergeFront(webSockets, plain), address: webSockets.address };
}
