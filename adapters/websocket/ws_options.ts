/** What a WebSocket transport is opened with. */
import type { Authenticator, Handshake } from "../../domain/ports/authenticator.ts";
import type { Clock, Random } from "../../domain/ports/clock.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { PlainFetch } from "./http_server.ts";

/** Sizes and times of a WebSocket transport. */
export interface WsLimits {
  /** The largest WebSocket message that a client may send, in bytes; more closes with 1009. */
  readonly maxFrameBytes: number;
  /** The largest head of an HTTP request, in bytes; more is answered 431. */
  readonly maxHeadBytes: number;
  /** Within this time a request's head must be here, and the authenticator must have judged it. */
  readonly handshakeSeconds: number;
  /** A client is pinged this often; the first time somewhere in the second half of it. */
  readonly pingSeconds: number;
  /** Something must be heard from a client within this time of a ping; else `no_pong`. */
  readonly pongSeconds: number;
  /** How many bytes may wait for a connection before it is a slow consumer. */
  readonly queueBytes: number;
  /** With so many bytes waiting or fewer, a connection's queue counts as short (`drained`). */
  readonly drainBytes: number;
  /** A WebSocket message to a client stays under so many bytes, unless a single frame is larger. */
  readonly maxMessageBytes: number;
  /** A client that has not ended a closing connection by then has its socket destroyed. */
  readonly closeSeconds: number;
  /** How many connections may be open at once; absent: no limit. More are answered 503. */
  readonly connections?: number;
  /** How many connections an address may have; absent: no limit. More are answered 429. */
  readonly connectionsPerAddress?: number;
}

/** What {@linkcode openWsTransport} needs. */
export interface WsTransportOptions {
  /** The name or address to listen on, such as `127.0.0.1` or `::`. */
  readonly hostname: string;
  /** The port to listen on; 0 takes a free one. */
  readonly port: number;
  /** What clients may speak, one or more; the first also where a client offers no subprotocol. */
  readonly codecs: readonly Codec[];
  /** Judges each handshake before the WebSocket is accepted. */
  readonly authenticator: Authenticator;
  /** The paths where a WebSocket is accepted. Default `/ws` and `/`. */
  readonly paths?: readonly string[];
  /** Answers plain HTTP requests on the same port. */
  readonly fetch: PlainFetch;
  /** What differs from {@linkcode DEFAULT_WS_LIMITS}. */
  readonly limits?: Partial<WsLimits>;
  /** Whether requests may be for a `Host`; others are answered 421. Default: for every one. */
  readonly isHostAllowed?: (host: string) => boolean;
  /** Whose a handshake is, for `connectionsPerAddress`; `undefined` counts for nobody. Default: the peer's address. */
  readonly addressOf?: (handshake: Handshake) => string | undefined;
  /** Why no connection can be taken now, such as for want of memory; they are answered 503. Default: there is no reason. */
  readonly closedBecause?: () => string | undefined;
  /** The time of handshakes, pings and closes. */
  readonly clock: Clock;
  /** Names sessions, and spreads the first pings. */
  readonly random: Random;
  /** Where counters and log lines go. */
  readonly telemetry: Telemetry;
}

/** The defaults of `docs/protocol.md`. */
export const DEFAULT_WS_LIMITS: WsLimits = {
  maxFrameBytes: 64 * 1024,
  maxHeadBytes: 8 * 1024,
  handshakeSeconds: 5,
  pingSeconds: 20,
  pongSeconds: 10,
  queueBytes: 1024 * 1024,
  drainBytes: 256 * 1024,
  maxMessageBytes: 64 * 1024,
  closeSeconds: 5,
};

/** The defaults, with what was given in their place. A queue counts as short at a quarter of its limit at most. */
export function wsLimits(given: Partial<WsLimits> = {}): WsLimits {
  const limits = { ...DEFAULT_WS_LIMITS, ...given };
  return { ...limits, drainBytes: Math.min(limits.drainBytes, limits.queueBytes / 4) };
}
