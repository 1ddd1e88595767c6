/** The server's transport: npm `ws` on `node:http`. */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { EMPTY, type Observable, Subject } from "rxjs";
// @ts-types="@types/ws"
import { WebSocketServer } from "ws";
import { disconnect } from "../../domain/disconnect.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Connection, Effect, Transport } from "../../domain/ports/transport.ts";
import { Sweep } from "../transport/sweep.ts";
import { type TransportStats, transportStats } from "../transport/transport_stats.ts";
import { Turn } from "../transport/turn.ts";
import { Doorbell } from "./doorbell.ts";
import { closeServer, httpServer, listen } from "./http_server.ts";
import { Lobby, type Upgrade } from "./lobby.ts";
import { MessageJoiner } from "./message_joiner.ts";
import { chooseCodec } from "./subprotocol.ts";
import { type Shore, WsConnection } from "./ws_connection.ts";
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
  const { clock, random, telemetry, codecs, paths = ["/ws", "/"] } = options;
  const limits = wsLimits(options.limits);
  const server = httpServer({ ...options, limits });
  const address = await listen(server, options);

  const accepted = new Subject<Connection>();
  const open = new Set<WsConnection>();
  let draining = false;
  let emptied = () => {};

  // Shares messages between the connections that are flushed together.
  const joiner = new MessageJoiner(() => turn.schedule());
  const turn = new Turn<WsConnection>({
    failed: (connection, error) => {
      telemetry.note("error", "Cannot write to a connection", { session: connection.session, error: String(error) });
      connection.destroy();
    },
    ended: () => joiner.forget(),
  });
  const sweep = new Sweep(clock.scheduler, {
    shortestMs: 1000 * Math.min(limits.handshakeSeconds, limits.pingSeconds, limits.pongSeconds, limits.closeSeconds),
    tick: () => {
      doorbell.tick();
      lobby.tick();
      for (const connection of open) connection.tick();
    },
  });
  const shore: Shore = {
    limits,
    sweep,
    joiner,
    touch: (connection) => turn.touch(connection),
    left: (connection) => {
      open.delete(connection);
      telemetry.count("connections_closed");
      if (open.size === 0) emptied();
    },
  };
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: (offers) => chooseCodec(codecs, [...offers])?.subprotocol ?? false,
  });
  const lobby = new Lobby({
    authenticator: options.authenticator,
    telemetry,
    sweep,
    handshakeMs: limits.handshakeSeconds * 1000,
    rules: () => ({ paths, codecs, ...closedBecause() }),
    admitted,
  });
  const doorbell = new Doorbell({ server, address: { ...address, hostname: options.hostname }, sweep, telemetry });
  // Such as too many open files: the next connection may be accepted.
  server.on("error", (error) => telemetry.note("error", "Cannot accept a connection", { error: String(error) }));
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Uint8Array) => {
    lobby.enter({ request, socket, head });
  });

  function closedBecause(): { closed?: string } {
    if (draining) return { closed: "this node is draining" };
    if (!accepted.observed) return { closed: "this node is not ready yet" };
    if (open.size >= (limits.connections ?? Infinity)) {
      return { closed: `this node has ${open.size} connections, its limit` };
    }
    return {};
  }

  function admitted(upgrade: Upgrade, as: { codec: Codec; admission: Connection["admission"] }): void {
    const { request, socket } = upgrade;
    const head = Buffer.from(upgrade.head);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const phase = random.fraction();
      const connection = new WsConnection({ session: random.uuid(), ...as, webSocket, phase }, shore);
      open.add(connection);
      telemetry.count("connections_opened");
      accepted.next(connection);
      connection.open();
    });
  }

  function perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "send") {
        for (const connection of effect.connections) {
          if (connection instanceof WsConnection) connection.queue(effect.frame);
        }
        continue;
      }
      const { connection } = effect;
      if (!(connection instanceof WsConnection)) continue;
      if (effect.kind === "limit") connection.limit(effect.maxMessageBytes);
      else if (effect.kind === "close") connection.end(effect.disconnect, { dropQueued: false });
      else if (effect.kind === "pause") connection.pause();
      else connection.resume();
    }
  }

  function drained(connection: Connection): Observable<void> {
    return connection instanceof WsConnection ? connection.drained() : EMPTY;
  }

  async function shutDown(): Promise<void> {
    draining = true;
    for (const connection of open) connection.end(disconnect("draining"), { dropQueued: false });
    if (open.size > 0) await new Promise<void>((resolve) => emptied = resolve);
    lobby.clear();
    doorbell.stop();
    sweep.stop();
    const grace = clock.scheduler.schedule(() => server.closeAllConnections(), HTTP_GRACE_MS);
    await closeServer(server);
    grace.unsubscribe();
    accepted.complete();
  }

  let closed: Promise<void> | undefined;
  return {
    address,
    connections: accepted.asObservable(),
    perform,
    drained,
    stats: () => transportStats(open),
    stopAccepting: () => void (draining = true),
    close: () => closed ??= shutDown(),
  };
}
