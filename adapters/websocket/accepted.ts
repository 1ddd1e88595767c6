import type { Connection } from "../../domain/ports/transport.ts";
import type { Socket } from "./socket.ts";

/** What a connection is made of. */
export interface Accepted extends Pick<Connection, "session" | "admission" | "codec"> {
  readonly socket: Socket;
  /** Where in the second half of its ping interval the client is pinged first, 0 to 1. */
  readonly phase: number;
}
