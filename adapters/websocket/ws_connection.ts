import type { Observable } from "rxjs";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type Disconnect, disconnect } from "../../domain/disconnect.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Connection } from "../../domain/ports/transport.ts";
import { closeReason } from "./close_reason.ts";
import { Inbox } from "./inbox.ts";
import { Liveness } from "./liveness.ts";
import type { MessageJoiner } from "./message_joiner.ts";
import { Outflow } from "./outflow.ts";
import type { Sweep } from "../transport/sweep.ts";
import type { WsLimits } from "./ws_options.ts";

/** What the connections of one transport have in common. */
export interface Shore {
  readonly limits: WsLimits;
  readonly joiner: MessageJoiner;
  readonly sweep: Sweep;
  /** Asks for {@linkcode WsConnection.flush} at the end of the turn. */
  touch(connection: WsConnection): void;
  /** Told once, when the socket is gone. */
  left(connection: WsConnection): void;
}

/** What a connection is made of. */
export interface Accepted extends Pick<Connection, "session" | "admission" | "codec"> {
  readonly webSocket: WebSocket;
  /** Where in the second half of its ping interval the client is pinged first, 0 to 1. */
  readonly phase: number;
}

/** A queue over its limit for so long makes a slow consumer, even if nothing more is queued. */
const OVER_MS = 2_000;

/** One WebSocket of the `ws` package, as the domain sees it. */
export class WsConnection implements Connection {
  readonly session: string;
  readonly admission: Connection["admission"];
  readonly codec: Codec;
  readonly #shore: Shore;
  readonly #webSocket: WebSocket;
  readonly #inbox: Inbox;
  readonly #outflow: Outflow;
  readonly #liveness: Liveness;
  #touched = false;
  #overSince: number | undefined;
  #ending: Disconnect | undefined;
  #closeSent = false;
  #gone = false;
  #destroyAt = Infinity;

  constructor(accepted: Accepted, shore: Shore) {
    const { session, admission, codec, webSocket, phase } = accepted;
    this.session = session;
    this.admission = admission;
    this.codec = codec;
    this.#shore = shore;
    this.#webSocket = webSocket;
    this.#inbox = new Inbox(() => this.#touch());
    this.#outflow = new Outflow({ ...shore, webSocket, codec, emptied: () => this.#close() });
    this.#liveness = new Liveness(shore, phase);
    this.#listen();
  }

  /** The client's messages: see the port. */
  get messages(): Observable<string | Uint8Array> {
    return this.#inbox.messages;
  }

  /** How many bytes wait for the client. */
  get queuedBytes(): number {
    return this.#outflow.queuedBytes;
  }

  /** Reads as far as the domain wants it: to be called once the connection was given to the domain. */
  open(): void {
    if (this.#inbox.paused) this.#webSocket.pause();
  }

  /** Queues a frame. */
  queue(frame: Uint8Array): void {
    if (this.#ending || this.#gone) return;
    if (!this.#outflow.queue(frame)) this.end(disconnect("slow_consumer"), { dropQueued: true });
    this.#touch();
  }

  /** Keeps messages under so many bytes. */
  limit(maxMessageBytes: number): void {
    this.#outflow.limit(maxMessageBytes);
  }

  /** Ends the connection; the first call counts. What is queued is sent before the close, or dropped. */
  end(reason: Disconnect, options: { dropQueued: boolean }): void {
    if (this.#ending || this.#gone) return;
    this.#ending = reason;
    this.#destroyAt = this.#shore.sweep.after(this.#shore.limits.closeSeconds * 1000);
    if (options.dropQueued) this.#outflow.clear();
    this.#touch();
  }

  /** Destroys the socket. */
  destroy(): void {
    this.#webSocket.terminate();
  }

  /** Stops reading from the socket. */
  pause(): void {
    if (this.#ending || this.#gone) return;
    this.#inbox.pause();
    this.#webSocket.pause();
  }

  /** Goes on reading, at the end of the turn. */
  resume(): void {
    if (this.#ending || this.#gone) return;
    this.#inbox.resume();
    this.#touch();
  }

  /** Emits when the queue is short: see the port. */
  drained(): Observable<void> {
    return this.#outflow.drained();
  }

  /** Does what the turn has brought: messages that were held, frames that were queued, the close. */
  flush(): void {
    this.#touched = false;
    if (this.#gone) return;
    if (this.#ending) this.#leave();
    this.#inbox.release();
    if (this.#webSocket.isPaused && !this.#inbox.paused) this.#webSocket.resume();
    this.#outflow.flush();
  }

  /** Meets the deadlines that have passed. */
  tick(): void {
    const { sweep, limits } = this.#shore;
    if (sweep.now >= this.#destroyAt) return this.destroy();
    if (this.#webSocket.readyState !== WebSocket.OPEN) {
      if (this.#destroyAt === Infinity) this.#destroyAt = sweep.after(limits.closeSeconds * 1000);
      return;
    }
    if (this.#ending) return;
    if (!this.#outflow.overLimit) this.#overSince = undefined;
    else if (sweep.now - (this.#overSince ??= sweep.now) >= OVER_MS) {
      return this.end(disconnect("slow_consumer"), { dropQueued: true });
    }
    const verdict = this.#liveness.judge(this.#inbox.paused);
    if (verdict === "ping") this.#webSocket.ping();
    else if (verdict === "dead") this.end(disconnect("no_pong"), { dropQueued: true });
  }

  #listen(): void {
    const webSocket = this.#webSocket;
    webSocket.on("message", (data, isBinary) => {
      this.#liveness.heard();
      if (this.#ending) return;
      if (isBinary !== this.codec.binary) {
        const [expected, got] = isBinary ? ["text", "binary"] : ["binary", "text"];
        this.end(disconnect("bad_frame", `expected a ${expected} message, got a ${got} one`), { dropQueued: false });
      } else {
        // A copy: ws gives a view of what was read from the socket, which a small message would keep whole.
        this.#inbox.accept(isBinary ? new Uint8Array(data as Uint8Array) : data.toString());
      }
    });
    webSocket.on("pong", () => this.#liveness.heard());
    webSocket.on("ping", () => this.#liveness.heard());
    // ws has sent the close frame already (1002, 1007, 1009), or the socket is broken; "close" follows.
    webSocket.on("error", () => this.#leave());
    webSocket.once("close", () => {
      this.#gone = true;
      this.#leave();
      this.#shore.left(this);
    });
  }

  /** The domain's side of the end. */
  #leave(): void {
    this.#inbox.end();
    this.#outflow.end();
  }

  /** The client's side of the end, when the last frame is on its way. */
  #close(): void {
    if (!this.#ending || this.#closeSent) return;
    this.#closeSent = true;
    this.#webSocket.close(this.#ending.code, closeReason(this.#ending));
    // The answer to the close can be read only so. What else comes is dropped.
    this.#webSocket.resume();
  }

  #touch(): void {
    if (this.#touched) return;
    this.#touched = true;
    this.#shore.touch(this);
  }
}
