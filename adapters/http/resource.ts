/** A path of an HTTP transport, and what its requests become. */
import type { Connection } from "../../domain/ports/transport.ts";
import type { HttpConnection } from "./http_connection.ts";
import type { Peer } from "./peer.ts";
import type { HttpRefusal } from "./refusal.ts";

/** A request whose client was let in. */
export interface Guest {
  readonly peer: Peer;
  readonly admission: Connection["admission"];
  /** See {@linkcode Connection}. */
  readonly payer: string | undefined;
}

/** Makes a connection of a request, or says what is wrong with it. */
export type Accept = (guest: Guest) => HttpConnection | HttpRefusal | Promise<HttpConnection | HttpRefusal>;

/** What there is at a path. */
export interface Resource {
  readonly method: "GET" | "POST";
  /** The media type of a good answer, where the client may not want it; a refusal is always JSON. */
  readonly type?: string;
  /** Looks at the head of a request: what it becomes once its client is let in, or what is wrong with it. */
  readonly judge: (request: Request, url: URL) => Accept | HttpRefusal;
}
