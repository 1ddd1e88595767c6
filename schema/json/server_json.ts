/** The server's frames as they stand on the wire in `tidegate.v1.json`. */
import type { FailureCode } from "../../domain/failure.ts";
import type { Retry } from "../../domain/disconnect.ts";

/** One frame of the server: an object of one frame name, beside an `id` where it answers a request. */
export type ServerJson =
  | { readonly connected: ConnectedJson }
  | Answer<{ readonly subscribed: SubscriptionJson }>
  | Answer<{ readonly unsubscribed: { readonly channel: string; readonly reason?: string } }>
  | { readonly publication: PublicationJson }
  | Answer<{ readonly published: PublishedJson }>
  | Answer<{ readonly history: HistoryJson }>
  | Answer<{ readonly presence: PresenceJson }>
  | Answer<{ readonly pong: Readonly<Record<string, never>> }>
  | Answer<{ readonly error: ErrorJson }>
  | { readonly gap: { readonly channel: string; readonly cursor: string; readonly reason: string } }
  | { readonly skipped: { readonly channel: string; readonly count: number; readonly cursor: string } }
  | { readonly joined: PresenceChangeJson }
  | { readonly left: PresenceChangeJson }
  | Answer<{ readonly refreshed: { readonly expiresAt?: number } }>
  | { readonly draining: { readonly reconnectAfterMs: number } };

/** A frame that has the `id` of the request, where the request had one. */
export type Answer<Frame> = Frame & { readonly id?: number };

/** `connected`: the first frame of a session. */
export interface ConnectedJson {
  /** The session's id: a random UUID. */
  readonly session: string;
  /** Who the client is. */
  readonly user: string;
  /** The gateway that it is connected to. */
  readonly node: string;
  /** Restores an anonymous user id after a re-connect. */
  readonly resume?: string;
  /** How often the gateway pings, in seconds. */
  readonly pingSeconds: number;
  /** The largest WebSocket message that the client may send, in bytes. */
  readonly maxFrameBytes: number;
  /** The channels that are subscribed on connect. */
  readonly subscriptions: readonly SubscriptionJson[];
}

/** `subscribed`, and an entry of `connected.subscriptions`. */
export interface SubscriptionJson {
  /** The channel. */
  readonly channel: string;
  /** Where to go on from. */
  readonly cursor: string;
  /** Whether everything after the cursor that was given has come, or will. */
  readonly recovered: boolean;
  /** Why not. */
  readonly reason?: string;
}

/** `publication`, and an entry of `history.publications`. */
export interface PublicationJson {
  /** Where the message was published. */
  readonly channel: string;
  /** Where to go on from after it. */
  readonly cursor: string;
  /** The user that the gateway authenticated. */
  readonly sender?: string;
  /** The sender's name for the message. */
  readonly messageId?: string;
  /** The record's timestamp, in milliseconds since 1970. */
  readonly time: number;
  /** The JSON value, or the text of a text channel; `null` beside `deleted`. Absent where there is `payload64`. */
  readonly payload?: unknown;
  /** The bytes of a bytes channel, in base64. */
  readonly payload64?: string;
  /** The record is a tombstone. */
  readonly deleted?: true;
  /** What goes with the message: text by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** On a sender's own copy of a direct message: the channel that it was sent to. */
  readonly to?: string;
}

/** `published`. The offset is text: it may pass 2^53. */
export interface PublishedJson {
  /** The channel. */
  readonly channel: string;
  /** Where the record is. */
  readonly position: { readonly partition: number; readonly offset: string };
  /** Whether it was there before. */
  readonly duplicate: boolean;
}

/** `history`. */
export interface HistoryJson {
  /** The channel. */
  readonly channel: string;
  /** In log order. */
  readonly publications: readonly PublicationJson[];
  /** Whether there is more before these. */
  readonly more: boolean;
  /** What to give as `before` to go on. */
  readonly cursor: string;
}

/** `presence`. */
export interface PresenceJson {
  /** The channel. */
  readonly channel: string;
  /** Who subscribes to it on this node, and with how many sessions. */
  readonly users: readonly { readonly user: string; readonly sessions: number }[];
}

/** `joined` and `left`: a user's first connection on a channel came, or the last one went. */
export interface PresenceChangeJson {
  /** The channel. */
  readonly channel: string;
  /** The user. */
  readonly user: string;
}

/** `error`. */
export interface ErrorJson {
  /** A short name, stable for programs. */
  readonly code: FailureCode;
  /** What was tried, the value, and the way out. */
  readonly message: string;
  /** What a client does about it. */
  readonly retry: Retry;
  /** How long to wait before trying again, in milliseconds. */
  readonly retryAfterMs: number;
}
