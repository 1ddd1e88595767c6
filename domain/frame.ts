/** The frames of the wire protocol (docs/protocol.md), as values that know no encoding. */
import type { Failure } from "./failure.ts";
import type { Disconnect } from "./disconnect.ts";
import type { Payload, Publication } from "./publication.ts";

/** A request's number, chosen by the client: 1 to 2^32-1. Absent: the client wants no answer to refer to. */
export type RequestId = number | undefined;

/** What a client asks for. Texts are as the client wrote them: not yet parsed. */
export type ClientFrame =
  | ConnectFrame
  | { readonly type: "subscribe"; readonly id: RequestId; readonly channel: string; readonly since?: string }
  | { readonly type: "unsubscribe"; readonly id: RequestId; readonly channel: string }
  | PublishFrame
  | HistoryFrame
  | { readonly type: "presence"; readonly id: RequestId; readonly channel: string }
  | { readonly type: "ping"; readonly id: RequestId }
  | RefreshFrame;

/** The optional first frame. */
export interface ConnectFrame {
  /** Tells it from other frames. */
  readonly type: "connect";
  /** Says who the client is, where the gateway wants a token. */
  readonly token?: string;
  /** What `connected.resume` said: restores an anonymous user's id. */
  readonly resume?: string;
  /** By channel, the cursor to go on from in a channel that is subscribed on connect. */
  readonly since?: Readonly<Record<string, string>>;
  /** The client wants no WebSocket message over so many bytes, unless a single frame is larger. */
  readonly maxMessageBytes?: number;
}

/** A new token, of the same user, to go on with. */
export interface RefreshFrame {
  /** Tells it from other frames. */
  readonly type: "refresh";
  /** What the answer refers to. */
  readonly id: RequestId;
  /** The new token, of the same user. */
  readonly token: string;
}

/** A message for a channel. */
export interface PublishFrame {
  /** Tells it from other frames. */
  readonly type: "publish";
  /** What the answer refers to; without it only a refusal is answered. */
  readonly id: RequestId;
  /** Where the message goes. */
  readonly channel: string;
  /** The client's own name for the message, 1 to 64 characters `A-Z a-z 0-9 _ . : ~ -`: sent again, it counts once. */
  readonly messageId?: string;
  /** What it carries. */
  readonly payload: Payload;
  /** What goes with it, for programs: text by name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A look back, newest first page by page; the publications of a page are in log order. */
export interface HistoryFrame {
  /** Tells it from other frames. */
  readonly type: "history";
  /** What the answer refers to. */
  readonly id: RequestId;
  /** The channel to look back in. */
  readonly channel: string;
  /** How many publications at most, 1 or more. */
  readonly limit?: number;
  /** Only what is before this cursor. */
  readonly before?: string;
}

/** What a codec made of a piece of a client's message. */
export type Decoded =
  | { readonly kind: "frame"; readonly frame: ClientFrame }
  /** A frame that can be told apart but not carried out: it is answered with an error. */
  | { readonly kind: "refused"; readonly id: RequestId; readonly failure: Failure }
  /** Bytes that are no frames: the connection ends. Nothing follows it. */
  | { readonly kind: "fatal"; readonly disconnect: Disconnect };

/** What the gateway tells a client. */
export type ServerFrame =
  | ConnectedFrame
  | {
    readonly type: "subscribed";
    readonly id: RequestId;
    readonly channel: string;
    readonly cursor: string;
    readonly recovered: boolean;
    readonly reason?: string;
  }
  | { readonly type: "unsubscribed"; readonly id: RequestId; readonly channel: string; readonly reason?: string }
  | { readonly type: "publication"; readonly publication: Publication }
  | {
    readonly type: "published";
    readonly id: RequestId;
    readonly channel: string;
    readonly partition: number;
    readonly offset: number;
    readonly duplicate: boolean;
  }
  | {
    readonly type: "history";
    readonly id: RequestId;
    readonly channel: string;
    readonly publications: readonly Publication[];
    /** Whether there is more before these. */
    readonly more: boolean;
    /** What to give as `before` to go on. */
    readonly cursor: string;
  }
  | {
    readonly type: "presence";
    readonly id: RequestId;
    readonly channel: string;
    readonly users: readonly { readonly user: string; readonly sessions: number }[];
  }
  | { readonly type: "pong"; readonly id: RequestId }
  | { readonly type: "error"; readonly id: RequestId; readonly failure: Failure }
  | { readonly type: "gap"; readonly channel: string; readonly cursor: string; readonly reason: string }
  | { readonly type: "draining"; readonly reconnectAfterMs: number }
  | RefreshedFrame
  | { readonly type: "skipped"; readonly channel: string; readonly count: number; readonly cursor: string }
  | { readonly type: "joined"; readonly channel: string; readonly user: string }
  | { readonly type: "left"; readonly channel: string; readonly user: string };

/** The session goes on with a new token. */
export interface RefreshedFrame {
  /** Tells it from other frames. */
  readonly type: "refreshed";
  /** The id of the request. */
  readonly id: RequestId;
  /** When it ends unless it gets another one, in milliseconds since 1970; absent: never. */
  readonly expiresAt?: number;
}

/** The first frame that the gateway sends. */
export interface ConnectedFrame {
  /** Tells it from other frames. */
  readonly type: "connected";
  /** The session's id: a random UUID. */
  readonly session: string;
  /** Who the client is. */
  readonly user: string;
  /** The gateway that it is connected to. */
  readonly node: string;
  /** Signed; restores an anonymous user id after a re-connect. */
  readonly resume?: string;
  /** How often the gateway pings, in seconds: a connection that is silent for much longer is gone. */
  readonly pingSeconds: number;
  /** The largest WebSocket message that the client may send, in bytes. */
  readonly maxFrameBytes: number;
  /** The channels that are subscribed on connect. */
  readonly subscriptions: readonly {
    readonly channel: string;
    readonly cursor: string;
    readonly recovered: boolean;
    readonly reason?: string;
  }[];
}
