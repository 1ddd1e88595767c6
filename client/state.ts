import type { ClientClosed } from "./errors.ts";

/** What a client's connection is doing. */
export type ConnectionState =
  /** A connection is being made: the first, or one after another was lost. */
  | { readonly kind: "connecting" }
  /** Requests are answered. */
  | {
    readonly kind: "connected";
    /** The user that the gateway took this client for. */
    readonly user: string;
    /** The id of this connection. */
    readonly session: string;
    /** The name of the gateway's node. */
    readonly node: string;
    /** The largest frame that the gateway takes, in bytes. */
    readonly maxFrameBytes: number;
  }
  /** The connection was lost, or was not made; another try comes after `retryMs` milliseconds. */
  | { readonly kind: "waiting"; readonly reason: string; readonly retryMs: number }
  /** The end. */
  | { readonly kind: "closed"; readonly error: ClientClosed };
