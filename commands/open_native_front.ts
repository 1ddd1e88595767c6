/** Where clients come in under a server of the fetch API. */
import type { Fetch } from "../adapters/http/peer.ts";
import { openNativeTransport } from "../adapters/websocket/open_native_transport.ts";
import { capnpCodec, jsonCodec } from "../schema/mod.ts";
import {
  addressRule,
  type FrontOptions,
  mergeFront,
  openPlain,
  webSocketLimits,
  type WebSockets,
} from "./front_parts.ts";

/** Both transports as one, and what answers the server's requests. */
export interface NativeFront extends WebSockets {
  readonly fetch: Fetch;
}

/** A front that requests are handed to. */
export function openNativeFront(options: FrontOptions): NativeFront {
  const { configuration, authenticator, pages, full, clock, random, telemetry } = options;
  const plain = openPlain(options);
  const webSockets = openNativeTransport({
    clock,
    random,
    telemetry,
    codecs: [jsonCodec, capnpCodec],
    authenticator,
    fetch: (request, peer) => plain.fetch(request, peer) ?? pages(request, peer),
    limits: webSocketLimits(configuration.limits),
    addressOf: addressRule(configuration),
    closedBecause: full,
  });
  return { ...mergeFront(webSockets, plain), fetch: webSockets.fetch };
}
