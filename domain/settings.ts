/** The limits and deadlines of a gateway. */
import type { RateSettings } from "./rate_limits.ts";

/** What an operator can set; see `docs/configuration.md` for what each is for. */
export interface GatewaySettings {
  /** The name of this node, unique among the gateways on one log. */
  readonly node: string;
  /** The largest WebSocket message that a client may send, in bytes. */
  readonly frameBytes: number;
  /** How many channels a connection may be subscribed to. */
  readonly subscriptionsPerConnection: number;
  /** How many connections a user may have on this node. */
  readonly connectionsPerUser: number;
  /** How long a silent client is waited for before it is connected without a `connect` frame. */
  readonly connectWaitMs: number;
  /** How long the first frame, with a token, is waited for where there has to be one. */
  readonly connectMs: number;
  /** How often clients are pinged, in seconds; they are told. */
  readonly pingSeconds: number;
  /** How many bytes may wait for a connection, while it replays too. */
  readonly queueBytes: number;
  /** How many requests of a connection may be under way before reading from it pauses. */
  readonly publishesInFlight: number;
  /** Every request is answered within this time. */
  readonly answerMs: number;
  /** The largest record value, in bytes, that is shown to clients, and that a publish may become. */
  readonly recordBytes: number;
  /** How many requests a second clients may send. */
  readonly rates: RateSettings;
  /** What one request may cost that looks back. */
  readonly replay: ReplayLimits;
  /** How far back a message id counts: so many offsets of the partition, and milliseconds of record time. */
  readonly duplicates: { readonly offsets: number; readonly ms: number };
  /** A partition of the log that nobody has needed for so long, in milliseconds, is no longer read; `Infinity`: all are read always. */
  readonly restAfterMs: number;
  /** What a message may cost in the pipelines of its route. */
  readonly pipeline: PipelineLimits;
  /** After so long a silence of this node, others take its users for gone, in milliseconds. */
  readonly presenceExpiryMs: number;
}

/** What the replay or the history of one request stops at. */
export interface ReplayLimits {
  /** How many publications are sent. */
  readonly publications: number;
  /** How many offsets are read. */
  readonly offsets: number;
  /** Bytes of record values that are read. */
  readonly bytes: number;
}

/** What one message may cost in the pipelines of its route. */
export interface PipelineLimits {
  /** How many messages one may become. */
  readonly outputs: number;
  /** How long an inbound pipeline may take for a publish, in milliseconds. */
  readonly ms: number;
}

/** The defaults of `docs/protocol.md`. */
export const DEFAULT_SETTINGS: Omit<GatewaySettings, "node"> = {
  frameBytes: 64 * 1024,
  subscriptionsPerConnection: 128,
  connectionsPerUser: 32,
  connectWaitMs: 1_000,
  connectMs: 10_000,
  pingSeconds: 20,
  queueBytes: 1024 * 1024,
  publishesInFlight: 256,
  answerMs: 10_000,
  recordBytes: 1024 * 1024,
  rates: {
    requests: 2_000,
    publishes: 1_000,
    subscribes: 100,
    userRequests: 4_000,
    userPublishes: 2_000,
    burstSeconds: 5,
  },
  replay: { publications: 10_000, offsets: 1_000_000, bytes: 256 * 1024 * 1024 },
  duplicates: { offsets: 200_000, ms: 5 * 60_000 },
  restAfterMs: 30_000,
  pipeline: { outputs: 16, ms: 2_000 },
  presenceExpiryMs: 10_000,
};
