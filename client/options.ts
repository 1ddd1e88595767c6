/** What a client is made with. */
import type { SchedulerLike } from "rxjs";
import type { ClientCodec } from "./codec.ts";

/** A token, or what fetches one: it is asked before each connection, and before a token with an expiry time (`exp`) ends. */
export type TokenSource = string | (() => string | Promise<string>);

/** The part of the standard `WebSocket` that the client uses. */
export interface SocketLike {
  /** The client sets it to `arraybuffer`. */
  binaryType: string;
  /** Called once the socket takes messages. */
  onopen: (() => void) | null;
  /** Called with each message: text or an `ArrayBuffer`. */
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  /** Called once, when it has ended. */
  onclose: ((event: SocketClose) => void) | null;
  /** Called where something went wrong; `onclose` follows. */
  onerror: ((event: unknown) => void) | null;
  /** Sends a message. */
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** Closes it, with a close code and a reason. */
  close(code?: number, reason?: string): void;
}

/** How a socket ended: a standard `CloseEvent`, or what another kind of socket knows besides. */
export interface SocketClose {
  /** The WebSocket close code. */
  readonly code: number;
  /** Why, in words. */
  readonly reason: string;
  /** Whether trying again is of use; absent: the code says it. */
  readonly retry?: boolean;
}

/** What {@linkcode connect} takes. */
export interface ClientOptions {
  /** Who the client is, where the gateway asks for a token. It is sent in the first frame, never in the URL. */
  readonly token?: TokenSource;
  /**
   * Where to go on from, by channel, in the channels that the gateway subscribes this user to by itself: the cursors of an earlier
   * client. Other channels take theirs in `channel(name, { since })`.
   */
  readonly since?: Readonly<Record<string, string>>;
  /** Default: JSON. */
  readonly codec?: ClientCodec;
  /** The bounds of the longest wait before a new connection, in milliseconds; the wait is a random part of it. Default 500 and 20,000. */
  readonly retry?: { readonly minMs: number; readonly maxMs: number };
  /** How long a connection may take to be made, in milliseconds. Default 20,000. */
  readonly connectMs?: number;
  /** How long a request may be without an answer, over all connections, in milliseconds. Default 60,000; `Infinity` waits for ever. */
  readonly answerMs?: number;
  /** How many publishes may wait for their answers; one more is rejected. Default 10,000. */
  readonly maxUnanswered?: number;
  /** Makes each socket. Default: the global `WebSocket`. */
  readonly webSocket?: (url: string, protocols: string[]) => SocketLike;
  /** Time. Default: RxJS' `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** A number from 0 (inclusive) to 1 (exclusive). Default: `Math.random`. */
  readonly random?: () => number;
  /** Makes the ids of messages. Default: `crypto.randomUUID`. */
  readonly uuid?: () => string;
}

/** The options, with the defaults in the place of what is absent. */
export type ClientSettings = Required<Omit<ClientOptions, "token">> & Pick<ClientOptions, "token"> & {
  readonly url: string;
};
