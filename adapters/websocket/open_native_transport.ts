/** The transport for servers that hand over requests: `Deno.upgradeWebSocket`, as under `deno serve` and on Deno Deploy. */
import { type Disconnect, disconnect } from "../../domain/disconnect.ts";
import type { Transport } from "../../domain/ports/transport.ts";
import { handshakeOf } from "../transport/request_handshake.ts";
import type { TransportStats } from "../transport/transport_stats.ts";
import { AddressPlaces } from "../transport/address_places.ts";
import { closeReason } from "./close_reason.ts";
import { Connections } from "./connections.ts";
import { guardFetch } from "./guard_fetch.ts";
import { NativeSocket } from "./native_socket.ts";
import { judgeNativeUpgrade, type Welcome } from "./native_upgrade.ts";
import { crowded, refusalResponse } from "./refusal.ts";
import type { SocketConnection } from "./socket_connection.ts";
import { type WsLimits, wsLimits, type WsTransportOptions } from "./ws_options.ts";

/** What {@linkcode openNativeTransport} needs. Heads of requests are bounded by the server that hands them over, or are not. */
export interface NativeTransportOptions extends
  Pick<
    WsTransportOptions,
    "codecs" | "authenticator" | "paths" | "clock" | "random" | "telemetry" | "addressOf" | "closedBecause"
  > {
  /** Answers requests that ask for no WebSocket. */
  readonly fetch: (request: Request, peer: { readonly remoteAddress: string }) => Response | Promise<Response>;
  /** What differs from {@linkcode DEFAULT_WS_LIMITS}. */
  readonly limits?: Partial<Omit<WsLimits, "maxHeadBytes">>;
}

/** A transport that requests are handed to, and which is to be closed by who opened it. */
export interface NativeTransport extends Transport {
  /**
   * Answers every request: a WebSocket is accepted, or refused with plain HTTP. Never rejects. `request` has to be the server's own,
   * and the answer has to be given to it unchanged.
   */
  fetch(request: Request, peer: { readonly remoteAddress: string }): Promise<Response>;
  /** What is open now. */
  stats(): TransportStats;
  /** Refuses new WebSockets with 503 from now on. Those that are open go on. */
  stopAccepting(): void;
  /** Ends what is open, with `draining` where nothing else was said. Takes the close deadline at most. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * A transport for a server of the fetch API.
 *
 * It does what the `ws` transport does, but for what its API has no way to: a message over the size limit is ended with 1009 when it
 * is here, not before; reading never pauses, so that a client that has sent more than its queue limit ahead of its answers is ended
 * with 4503; who does not answer pings is ended with 1001 by the runtime; a client that reads nothing is ended, but its socket is
 * freed only when the system gives it up.
 */
export function openNativeTransport(options: NativeTransportOptions): NativeTransport {
  const { clock: { scheduler }, telemetry, codecs, authenticator, paths = ["/ws", "/"] } = options;
  const limits = wsLimits(options.limits);
  const connections = new Connections({ ...options, limits, tick: () => {} });
  // Upgrades whose WebSocket is not open yet, and sockets that were given up: they count as connections.
  const others = new Set<WebSocket>();
  const judging = {
    authenticator,
    handshakeMs: limits.handshakeSeconds * 1000,
    scheduler,
    telemetry,
    rules: () => ({ paths, codecs, ...connections.closedBecause(others.size) }),
  };

  const { addressOf = ({ remoteAddress }) => remoteAddress } = options;
  const places = new AddressPlaces(limits.connectionsPerAddress ?? Infinity);
  const plain = guardFetch(options.fetch, telemetry);

  async function upgrade(request: Request, peer: { readonly remoteAddress: string }): Promise<Response> {
    // After the upgrade headers can no longer be read.
    const address = addressOf(handshakeOf(request, peer));
    const offered = request.headers.has("sec-websocket-protocol");
    const verdict = await judgeNativeUpgrade(request, { ...judging, peer });
    if ("status" in verdict) {
      telemetry.count("connections_refused");
      return refusalResponse(verdict);
    }
    if (address !== undefined && !places.hasRoom(address)) {
      telemetry.count("connections_refused");
      telemetry.count("connections_refused_address");
      return refusalResponse(crowded(limits));
    }
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: idleSeconds(limits),
      ...(offered ? { protocol: verdict.codec.subprotocol } : {}),
    });
    welcome(socket, { ...verdict, leave: address === undefined ? () => {} : places.take(address) });
    return response;
  }

  function welcome(webSocket: WebSocket, as: Welcome & { readonly leave: () => void }): void {
    let connection: SocketConnection | undefined;
    const socket = new NativeSocket(webSocket, {
      scheduler,
      givenUp() {
        others.add(webSocket);
        connection?.closed();
      },
    });
    others.add(webSocket);
    webSocket.binaryType = "arraybuffer";
    webSocket.onopen = () => {
      others.delete(webSocket);
      // Time has passed since it was asked.
      if (connections.closedBecause().closed !== undefined) return refuse(webSocket, disconnect("draining"));
      connection = connections.accept(socket, as);
    };
    webSocket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (sizeOf(data, limits.maxFrameBytes) > limits.maxFrameBytes) {
        connection?.end(disconnect("too_large"), { dropQueued: false });
      } else {
        connection?.received(typeof data === "string" ? data : new Uint8Array(data));
      }
    };
    // "close" follows, once or twice.
    webSocket.onerror = () => connection?.broke();
    webSocket.onclose = () => {
      others.delete(webSocket);
      socket.stop();
      as.leave();
      connection?.closed();
    };
  }

  async function shutDown(): Promise<void> {
    await connections.endAll();
    connections.stop();
    connections.complete();
  }

  let closed: Promise<void> | undefined;
  return {
    connections: connections.accepted,
    fetch: async (request, peer) => await (isUpgrade(request) ? upgrade(request, peer) : plain(request, peer)),
    perform: (effects) => connections.perform(effects),
    drained: (connection) => connections.drained(connection),
    stats: () => connections.stats(),
    stopAccepting: () => connections.stopAccepting(),
    close: () => closed ??= shutDown(),
  };
}

function refuse(webSocket: WebSocket, reason: Disconnect): void {
  webSocket.close(reason.code, closeReason(reason));
}

/**
 * The runtime pings a client that was silent for half of this time, and ends it at the end of it: no later than the ws transport, which
 * pings at intervals and then waits.
 */
function idleSeconds({ pingSeconds, pongSeconds }: WsLimits): number {
  return Math.min(pingSeconds + pongSeconds, 2 * pingSeconds);
}

/** The bytes of a message; of a text that is surely too large or surely not, a bound of them. */
function sizeOf(data: string | ArrayBuffer, limit: number): number {
  if (typeof data !== "string") return data.byteLength;
  const { length } = data;
  return length > limit || 3 * length <= limit ? length : new TextEncoder().encode(data).length;
}

/** Whether a request asks for a WebSocket. */
function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}
