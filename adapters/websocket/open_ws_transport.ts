/** The server's transport: npm `ws` on `node:http`. */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import type { Connection, Transport } from "../../domain/ports/transport.ts";
import type { TransportStats } from "../transport/transport_stats.ts";
import { Connections } from "./connections.ts";
import { AddressPlaces } from "../transport/address_places.ts";
import { Doorbell } from "./doorbell.ts";
import { handshakeOf } from "./handshake.ts";
import { closeServer, httpServer, listen } from "./http_server.ts";
import { Lobby, type Upgrade } from "./lobby.ts";
import { crowded } from "./refusal.ts";
import { CONTROLS, type SocketConnection } from "./socket_connection.ts";
import { chooseCodec } from "./subprotocol.ts";
import { WsSocket } from "./ws_socket.ts";
import { wsLimits, type WsTransportOptions } from "./ws_options.ts";

/** A transport that listens on a port, and is to be closed by who opened it. */
export interface WsTransport extends Transport {
  /** Where it listens. */
  readonly address: { readonly hostname: string; readonly port: number };
  /** What is open now. Looks at every connection: for a scrape, not for each message. */
  stats(): TransportStats;
  /** Refuses new WebSockets with 503 from now on. Those that are open go on, and so do plain HTTP requests. */
  stopAccepting(): void;
  /**
   * Ends what is open, with `draining` where nothing else was said, then stops listening. Takes the close deadline and
   * a few seconds at most. Safe to call twice.
   */
  close(): Promise<void>;
}

/** A message in more pieces closes with 1008. */
const MOST_FRAGMENTS = 1_024;
/** By itself ws destroys the socket of a client that it owes 60 pongs, without a word: our own limit comes first. */
const PONGS: object = { maxPendingAutoPongs: 2 * CONTROLS.burst };

/** How long plain HTTP requests may still take when the transport closes. */
const HTTP_GRACE_MS = 1_000;

/**
 * Listens for WebSockets, and for plain HTTP on the same port.
 *
 * A WebSocket that comes while nobody is subscribed to `connections` is refused with 503.
 *
 * @throws {Error} where it cannot listen; the message names the address and the way out
 */
export async function openWsTransport(options: WsTransportOptions): Promise<WsTransport> {
  const { clock, telemetry, codecs, paths = ["/ws", "/"] } = options;
  const limits = wsLimits(options.limits);
  const server = httpServer({ ...options, limits });
  const address = await listen(server, options);

  const connections = new Connections({
    ...options,
    limits,
    tick: () => {
      doorbell.tick();
      lobby.tick();
    },
  });
  const { sweep } = connections;
  const { addressOf = ({ remoteAddress }) => remoteAddress } = options;
  const places = new AddressPlaces(limits.connectionsPerAddress ?? Infinity);
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.maxFrameBytes,
    maxFragments: MOST_FRAGMENTS,
    ...PONGS,
    perMessageDeflate: false,
    handleProtocols: (offers) => chooseCodec(codecs, [...offers])?.subprotocol ?? false,
  });
  const lobby = new Lobby({
    authenticator: options.authenticator,
    telemetry,
    sweep,
    handshakeMs: limits.handshakeSeconds * 1000,
    ...(options.isHostAllowed ? { isHostAllowed: options.isHostAllowed } : {}),
    rules: () => ({ paths, codecs, ...connections.closedBecause() }),
    crowded(request) {
      const address = addressOf(handshakeOf(request));
      return address === undefined || places.hasRoom(address) ? undefined : crowded(limits);
    },
    admitted,
  });
  const doorbell = new Doorbell({ server, address: { ...address, hostname: options.hostname }, sweep, telemetry });
  // Such as too many open files: the next connection may be accepted.
  server.on("error", (error) => telemetry.note("error", "Cannot accept a connection", { error: String(error) }));
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Uint8Array) => {
    lobby.enter({ request, socket, head });
  });

  function admitted({ request, socket, head }: Upgrade, as: Pick<Connection, "codec" | "admission">): void {
    // Read now: a socket that has gone has no address.
    const address = addressOf(handshakeOf(request));
    webSockets.handleUpgrade(request, socket, Buffer.from(head), (webSocket) => {
      if (address !== undefined) webSocket.once("close", places.take(address));
      tell(webSocket, connections.accept(new WsSocket(webSocket, socket), as));
    });
  }

  async function shutDown(): Promise<void> {
    await connections.endAll();
    lobby.clear();
    doorbell.stop();
    connections.stop();
    const grace = clock.scheduler.schedule(() => server.closeAllConnections(), HTTP_GRACE_MS);
    await closeServer(server);
    grace.unsubscribe();
    connections.complete();
  }

  let closed: Promise<void> | undefined;
  return {
    address,
    connections: connections.accepted,
    perform: (effects) => connections.perform(effects),
    drained: (connection) => connections.drained(connection),
    stats: () => connections.stats(),
    stopAccepting: () => connections.stopAccepting(),
    close: () => closed ??= shutDown(),
  };
}

/** Tells a connection what becomes of its WebSocket. */
function tell(webSocket: WebSocket, connection: SocketConnection): void {
  webSocket.on("message", (data, isBinary) => {
    // A copy: ws gives a view of what was read from the socket, which a small message would keep whole.
    connection.received(isBinary ? new Uint8Array(data as Uint8Array) : data.toString());
  });
  webSocket.on("pong", () => connection.controlled());
  webSocket.on("ping", () => connection.controlled());
  // ws has sent the close frame already (1002, 1007, 1008, 1009), or the socket is broken; "close" follows.
  webSocket.on("error", (error: Error & { code?: string }) => {
    if (error.code === "WS_ERR_TOO_MANY_BUFFERED_PARTS") connection.overran();
    connection.broke();
  });
  webSocket.once("close", () => connection.closed());
}
