/** WebSocket clients as the source of a script's pipeline. */
import { asyncScheduler, map, Observable, of } from "rxjs";
import type { Authenticator } from "../../domain/ports/authenticator.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import { addressSet, LOOPBACK } from "../auth/address_set.ts";
import { checkOrigin } from "../auth/check_origin.ts";
import type { WsTransport } from "./open_ws_transport.ts";
import { ONE_FRAME_A_MESSAGE, rawCodec } from "./raw_codec.ts";
import { type WebSocketClient, webSocketClient } from "./web_socket_client.ts";
import type { WsLimits } from "./ws_options.ts";

/** What a {@linkcode webSocketServer} is opened with. */
export interface WebSocketServerOptions {
  /** The port to listen on; 0 takes a free one: see `listening`. */
  readonly port: number;
  /** The name or address to listen on. Default `127.0.0.1`: this machine only. */
  readonly hostname?: string;
  /** The paths where a WebSocket is accepted. Default `/ws` and `/`. */
  readonly paths?: readonly string[];
  /** Whether messages are binary, `Uint8Array`, both ways; else text, `string`. The other kind closes with 4500. Default false. */
  readonly binary?: boolean;
  /** The subprotocol that clients may ask for; those that ask for none are taken too. Default `raw`. */
  readonly subprotocol?: string;
  /** Says which handshakes are accepted, and whose they are. Default: all, of nobody in particular. */
  readonly authenticator?: Pick<Authenticator, "admit">;
  /** The web sites whose pages may connect besides the server's own, such as `https://app.example.com`; `*` is all. */
  readonly allowedOrigins?: readonly string[];
  /** How many deliveries of a client may be open before reading from it pauses, 1 or more. Default 64. */
  readonly inFlight?: number;
  /** Sizes in bytes, times in seconds. Defaults: those of the gateway. */
  readonly limits?: Partial<Omit<WsLimits, "maxMessageBytes">>;
  /** Answers plain HTTP requests on the same port. Default: 426. */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /** Told where the server listens, once it does. */
  readonly listening?: (address: WsTransport["address"]) => void;
  /** Told when everything is closed after the unsubscription, and the port is free. */
  readonly closed?: () => void;
  /** Where counters and log lines go. Default: warnings and errors to the console. */
  readonly telemetry?: Telemetry;
}

const CONSOLE: Telemetry = {
  count: () => {},
  note(level, message, fields) {
    if (level === "warn" || level === "error") console.error(message, fields ?? {});
  },
};

/**
 * A WebSocket server: listens when it is subscribed to, emits each client that connects, and is closed by unsubscribing. What is queued
 * is sent then, clients are closed with 4000 `draining`, and the port is free after the close deadline at the latest.
 *
 * Messages are those of the clients, as they are: this is for devices and programs that know nothing of Tidegate's protocol. One that
 * sends too much, too fast or nothing at all is dealt with as by the gateway (`limits`). Errors where it cannot listen; the message
 * names the address and the way out. Each subscription is a server of its own.
 *
 * @example A device's message is answered once the sink has it, and a device waits while 16 of its messages are on their way:
 * `webSocketServer({ port: 8090, inFlight: 16 }).pipe(store(write)).subscribe()`
 * ```ts
 * import { concatMap, map, mergeMap, type Observable } from "rxjs";
 * import type { WebSocketClient } from "@tidegate/tidegate/websocket";
 *
 * function store(write: (reading: string) => Observable<{ offset: number }>) {
 *   return (devices: Observable<WebSocketClient>): Observable<number> =>
 *     devices.pipe(mergeMap(({ deliveries, send }) =>
 *       deliveries.pipe(concatMap(({ value, done }) =>
 *         write(String(value)).pipe(map(({ offset }) => {
 *           send(`stored at ${offset}`);
 *           done();
 *           return offset;
 *         }))
 *       )), Infinity));
 * }
 * ```
 */
export function webSocketServer(options: WebSocketServerOptions): Observable<WebSocketClient> {
  const { port, hostname = "127.0.0.1", binary = false, subprotocol = "raw", inFlight = 64 } = options;
  const { telemetry = CONSOLE, listening, closed, allowedOrigins, limits, paths } = options;
  if (!Number.isInteger(inFlight) || inFlight < 1) {
    throw new RangeError(`Cannot keep ${inFlight} deliveries in flight: expected a whole number from 1`);
  }
  const open = async () => {
    // `ws` reads the environment when it is loaded, and this module is imported without permissions too.
    const { openWsTransport } = await import("./open_ws_transport.ts");
    return await openWsTransport({
      hostname,
      port,
      codecs: [rawCodec({ subprotocol, binary })],
      authenticator: checkOrigin({
        admit: options.authenticator?.admit ?? (() => of({ kind: "awaited" })),
        // Only the gateway asks for a first frame.
        identify: () => of(),
      }, { thisMachineOnly: isThisMachine(hostname), ...(allowedOrigins && { allowedOrigins }) }),
      fetch: options.fetch ?? (() => new Response("This is a WebSocket server\n", UPGRADE_REQUIRED)),
      limits: { ...limits, maxMessageBytes: ONE_FRAME_A_MESSAGE },
      ...(paths && { paths }),
      clock: { scheduler: asyncScheduler },
      random: { uuid: () => crypto.randomUUID(), fraction: Math.random },
      telemetry,
    });
  };
  return new Observable((subscriber) => {
    const opening = open();
    opening.then((transport) => {
      transport.connections.pipe(map((connection) => webSocketClient(connection, { transport, inFlight })))
        .subscribe(subscriber);
      if (!subscriber.closed) listening?.(transport.address);
    }).catch((error: unknown) => subscriber.error(error));
    return () =>
      void opening.then((transport) => transport.close(), () => {
        // The subscriber was told.
      }).then(closed);
  });
}

const UPGRADE_REQUIRED = { status: 426, headers: { upgrade: "websocket", "sec-websocket-version": "13" } };

function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || addressSet(LOOPBACK).has(hostname);
}
