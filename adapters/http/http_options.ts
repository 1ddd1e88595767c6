/** What an HTTP transport is opened with. */
import type { Authenticator, Handshake } from "../../domain/ports/authenticator.ts";
import type { Clock, Random } from "../../domain/ports/clock.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";

/** Sizes in bytes and times in seconds of an HTTP transport. */
export interface HttpLimits {
  /** The largest body of a publish; more is answered 413. */
  readonly maxBodyBytes: number;
  /** Within this time a body must be here (else 408), and the authenticator must have judged a request (else 503). */
  readonly handshakeSeconds: number;
  /** A stream of events that is silent for so long is sent a comment, so that who stands between keeps it open. */
  readonly pingSeconds: number;
  /** How many bytes may wait for a stream of events before it is a slow consumer. */
  readonly queueBytes: number;
  /** With so many bytes waiting or fewer, the queue of a stream counts as short. */
  readonly drainBytes: number;
  /** Who has not read the end of its stream by then is hung up on. */
  readonly closeSeconds: number;
  /** How many requests may be open at once; more are answered 503. */
  readonly connections: number;
  /** How many requests an address may have open at once; more are answered 429. */
  readonly connectionsPerAddress: number;
}

/** What {@linkcode openHttpTransport} needs. */
export interface HttpTransportOptions {
  /** Judges each request, as it does the handshakes of WebSockets. */
  readonly authenticator: Authenticator;
  /**
   * Whether the page that a request is of may read the answer, by its `Origin` (CORS). Default: of no page. The authenticator refuses
   * requests by itself.
   */
  readonly isPageAllowed?: (handshake: Handshake) => boolean;
  /** Where messages are published. Default `/publish`. */
  readonly publishPath?: string;
  /** Where the events of channels are. Default `/events`. */
  readonly eventsPath?: string;
  /** What differs from {@linkcode DEFAULT_HTTP_LIMITS}; sizes in bytes, times in seconds. */
  readonly limits?: Partial<HttpLimits>;
  /**
   * Whose a request is, for `connectionsPerAddress` and for the rate of anonymous users, who share that of their network; `undefined` counts
   * for nobody. Default: the peer's address.
   */
  readonly addressOf?: (handshake: Handshake) => string | undefined;
  /** Why no request can be taken now, such as for want of memory; they are answered 503. Default: there is no reason. */
  readonly closedBecause?: () => string | undefined;
  /** Whose time it is. */
  readonly clock: Clock;
  /** Makes session ids, and spreads what many streams do. */
  readonly random: Random;
  /** Where counters and log lines go. */
  readonly telemetry: Telemetry;
}

/** The defaults: those of WebSockets. */
export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 64 * 1024,
  handshakeSeconds: 5,
  pingSeconds: 20,
  queueBytes: 1024 * 1024,
  drainBytes: 256 * 1024,
  closeSeconds: 5,
  connections: Infinity,
  connectionsPerAddress: Infinity,
};

/** The defaults, with what was given in their place. A queue counts as short at a quarter of its limit at most. */
export function httpLimits(given: Partial<HttpLimits> = {}): HttpLimits {
  const limits = { ...DEFAULT_HTTP_LIMITS, ...given };
  return { ...limits, drainBytes: Math.min(limits.drainBytes, limits.queueBytes / 4) };
}
