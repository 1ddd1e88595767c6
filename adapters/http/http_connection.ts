/** What the requests of one transport have in common. */
import type { Observable } from "rxjs";
import type { Disconnect } from "../../domain/disconnect.ts";
import type { Connection, Spare } from "../../domain/ports/transport.ts";
import type { Sweep } from "../transport/sweep.ts";
import type { HttpLimits } from "./http_options.ts";
import type { HttpRefusal } from "./refusal.ts";

/** What came of a request. */
export type HttpAnswer =
  | HttpRefusal
  | { readonly headers: Readonly<Record<string, string>>; readonly body: string | ReadableStream<Uint8Array> };

/** A request that the domain sees as a connection. */
export interface HttpConnection extends Connection {
  /** What the request is answered; comes once, in the end. */
  readonly answer: Promise<HttpAnswer>;
  /** How many bytes wait for the client. */
  readonly queuedBytes: number;
  /** Takes a frame for the client. */
  queue(frame: Uint8Array, spare?: Spare): void;
  /** Ends it, after what was queued. */
  end(reason: Disconnect): void;
  /** Its client has gone. */
  abandon(): void;
  /** Does what the turn has brought. */
  flush(): void;
  /** Meets the deadlines that have passed. */
  tick(): void;
  /** See {@linkcode Transport}. */
  drained(): Observable<void>;
}

/** What a connection needs of its transport. */
export interface Quay {
  readonly limits: HttpLimits;
  readonly sweep: Sweep;
  /** Told of publications that were left out for slow clients: how many. */
  spared(count: number): void;
  /** Asks for {@linkcode HttpConnection.flush} at the end of the turn. */
  touch(connection: HttpConnection): void;
  /** Told once, when nothing more is to be done for it. */
  left(connection: HttpConnection): void;
}
