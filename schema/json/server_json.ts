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
  | Answer<{ readonly refreshed: { readonly expiresAt?: number } }>
  | { readonly draining: { readonly reconnectAfterMs: number } };

/** A frame that has the `id` of the request, where the request had one. */
export type Answer<Frame> = Frame & { readonly id?: number };

/** `connected`: the first frame of a session. */
export interface ConnectedJson {
  readonly session: string;
  readonly user: string;
  readonly node: string;
  readonly resume?: string;
  readonly pingSeconds: number;
  readonly maxFrameBytes: number;
  readonly subscriptions: readonly SubscriptionJson[];
}

/** `subscribed`, and an entry of `connected.subscriptions`. */
export interface SubscriptionJson {
  readonly channel: string;
  readonly cursor: string;
  readonly recovered: boolean;
  readonly reason?: string;
}

/** `publication`, and an entry of `history.publications`. */
export interface PublicationJson {
  readonly channel: string;
  readonly cursor: string;
  readonly sender?: string;
  readonly messageId?: string;
  readonly time: number;
  /** The JSON value, or the text of a text channel; `null` beside `deleted`. Absent where there is `payload64`. */
  readonly payload?: unknown;
  readonly payload64?: string;
  readonly deleted?: true;
  readonly headers?: Readonly<Record<string, string>>;
  readonly to?: string;
}

/** `published`. The offset is text: it may pass 2^53. */
export interface PublishedJson {
  readonly channel: string;
  readonly position: { readonly partition: number; readonly offset: string };
  readonly duplicate: boolean;
}

/** `history`. */
export interface HistoryJson {
  readonly channel: string;
  readonly publications: readonly PublicationJson[];
  readonly more: boolean;
  readonly cursor: string;
}

/** `presence`. */
export interface PresenceJson {
  readonly channel: string;
  readonly users: readonly { readonly user: string; readonly sessions: number }[];
}

/** `error`. */
export interface ErrorJson {
  readonly code: FailureCode;
  readonly message: string;
  readonly retry: Retry;
  readonly retryAfterMs: number;
}
