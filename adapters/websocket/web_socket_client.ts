import type { Observable } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import { type Disconnect, disconnect } from "../../domain/disconnect.ts";
import type { Connection, Transport } from "../../domain/ports/transport.ts";
import type { Delivery } from "../../streams/delivery.ts";
import { pacedDeliveries } from "./paced_deliveries.ts";

/** A client of a {@linkcode webSocketServer}. */
export interface WebSocketClient {
  /** A random UUID, one a connection. */
  readonly session: string;
  /** Who the authenticator says it is; absent where it did not say. */
  readonly user?: UserId;
  /**
   * The client's messages in order, strings or bytes as the server takes them. Completes when the connection has ended, whoever
   * ended it; never errors. Nothing is read from the socket before this, or `deliveries`, is subscribed to: one of them, once.
   * Unsubscribing drops what still comes, and leaves the connection open.
   */
  readonly messages: Observable<string | Uint8Array>;
  /**
   * The same messages, each with a `done()` that says that it was dealt with. While as many as the server's `inFlight` are not
   * done, nothing more is read from the socket, so that its client has to wait.
   */
  readonly deliveries: Observable<Delivery<string | Uint8Array>>;
  /**
   * Sends one message. Never blocks and never throws: one to a client that has gone is dropped, and a client that reads too slowly
   * for its queue is closed with 4001.
   */
  send(message: string | Uint8Array): void;
  /** Emits once, when few enough bytes wait for the client, and completes; completes without where it has gone. */
  drained(): Observable<void>;
  /** Sends what is queued, then closes; 1000 `normal` unless told otherwise. Nothing more comes from the client. */
  close(reason?: Disconnect): void;
}

const encoder = new TextEncoder();

/** A connection of a transport as a client that a script talks to. `inFlight`: how many of its deliveries may be open. */
export function webSocketClient(
  connection: Connection,
  { transport, inFlight }: { transport: Transport; inFlight: number },
): WebSocketClient {
  const { session, admission, messages } = connection;
  return {
    session,
    ...(admission.kind === "identified" ? { user: admission.identity.user } : {}),
    messages,
    deliveries: messages.pipe(pacedDeliveries({
      inFlight,
      pause: () => transport.perform([{ kind: "pause", connection }]),
      resume: () => transport.perform([{ kind: "resume", connection }]),
    })),
    send(message) {
      const frame = typeof message === "string" ? encoder.encode(message) : message;
      transport.perform([{ kind: "send", connections: [connection], frame }]);
    },
    drained: () => transport.drained(connection),
    close: (reason = disconnect("normal")) => transport.perform([{ kind: "close", connection, disconnect: reason }]),
  };
}
