import type { Observable } from "rxjs";
import type { Disconnect } from "../disconnect.ts";
import type { Admission } from "./authenticator.ts";
import type { Codec } from "./codec.ts";

/** A client: an accepted WebSocket, or a plain HTTP request. Its object identity names it; compare with `===`. */
export interface Connection {
  /** The session's id: a random UUID. */
  readonly session: string;
  /** What the authenticator said of the handshake; never `refused`. */
  readonly admission: Exclude<Admission, { kind: "refused" }>;
  /**
   * Whose rate its requests are held to in place of its user's, such as a network; absent: its user's. Where each request may be another
   * anonymous user, a user's rate would hold nobody.
   */
  readonly payer?: string | undefined;
  /** The codec of the negotiated subprotocol. */
  readonly codec: Codec;
  /**
   * Whether it is subscribed to its user's own channels by itself. Default true; `false` where a client gets what it asks for and
   * nothing else.
   */
  readonly ownChannels?: boolean;
  /**
   * The client's WebSocket messages in order. Completes when the connection has ended, whoever ended it; never
   * errors. Subscribe once, at once.
   */
  readonly messages: Observable<string | Uint8Array>;
}

/** What the domain wants done to connections. Carried out in order, and ignored for a connection that has ended. */
export type Effect =
  /** Queue a frame, encoded by the codec of all of these connections. `connections` is read at once, not kept. */
  | {
    readonly kind: "send";
    readonly connections: Iterable<Connection>;
    readonly frame: Uint8Array;
    /** How the frame may be left out for a client that is too slow; absent: it may not. */
    readonly spare?: Spare;
  }
  /** Keep WebSocket messages to this connection under so many bytes, unless a single frame is larger. */
  | { readonly kind: "limit"; readonly connection: Connection; readonly maxMessageBytes: number }
  /** Send what is queued, then close. Nothing more is read from the connection. */
  | { readonly kind: "close"; readonly connection: Connection; readonly disconnect: Disconnect }
  /** Stop, or go on, reading from the socket. Pongs are not asked for while reading is stopped. */
  | { readonly kind: "pause" | "resume"; readonly connection: Connection };

/** What may be done with a publication that waits for a client that is too slow. */
export interface Spare {
  /** The channel of the publication. */
  readonly channel: string;
  /**
   * `drop_oldest`: it may be left out where the connection's queue is full, unless it is the newest of its channel. `conflate`: also
   * where a newer one of its channel comes in a later turn.
   */
  readonly policy: "drop_oldest" | "conflate";
  /** The frame that tells the client that so many publications of the channel were left out, this the last of them. */
  skipped(count: number): Uint8Array;
}

/** Connections as an observable, and the sink of their effects. */
export interface Transport {
  /** Each accepted connection; completes when the transport has closed. Multicast; never errors. */
  readonly connections: Observable<Connection>;
  /**
   * Carries out effects, in order. Never throws. Frames that are queued in one turn of the event loop leave as one
   * WebSocket message. Where a connection has more queued bytes than its limit, what may be left out is, down to half of it; a
   * connection that still has more is ended with `slow_consumer`, and its socket destroyed if it does not take the close in time.
   */
  perform(effects: readonly Effect[]): void;
  /**
   * Emits once, when the connection's queue is short enough for more of a long replay (at once where it is), and
   * completes. Completes without emitting when the connection has ended.
   */
  drained(connection: Connection): Observable<void>;
}
