import type { Observable } from "rxjs";
import { type Disconnect, disconnect } from "../../domain/disconnect.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Connection, Spare } from "../../domain/ports/transport.ts";
import { TokenBucket } from "../../domain/token_bucket.ts";
import type { Accepted } from "./accepted.ts";
import { closeReason } from "./close_reason.ts";
import { Inbox, type InboxOwner } from "./inbox.ts";
import { Liveness } from "./liveness.ts";
import type { MessageJoiner } from "./message_joiner.ts";
import { Outflow, type OutflowClient } from "./outflow.ts";
import { OPEN, type Socket } from "./socket.ts";
import type { Sweep } from "../transport/sweep.ts";
import type { TurnBudget } from "./turn_budget.ts";
import type { WsLimits } from "./ws_options.ts";

/** What the connections of one transport have in common. */
export interface Shore {
  readonly limits: WsLimits;
  readonly joiner: MessageJoiner;
  readonly sweep: Sweep;
  /** What a turn may pass on of messages. */
  readonly budget: TurnBudget;
  /** Told of publications that were left out for slow clients: how many. */
  spared(count: number): void;
  /** Asks for {@linkcode SocketConnection.flush} at the end of the turn. */
  touch(connection: SocketConnection): void;
  /** Asks for it soon: with what comes a little later, where many are due. */
  gather(connection: SocketConnection): void;
  /** Asks for it at the end of the turn of one that was gathered. */
  hurry(): void;
  /** Told of a connection that is ended because it passed a limit. */
  limited(): void;
  /** Told once, when the socket is gone. */
  left(connection: SocketConnection): void;
}

/** Pings and pongs of one client. */
export const CONTROLS = { perSecond: 20, burst: 100 };
/** So long after its close a client that floods is read no more, and its socket destroyed. */
const FLOOD_MS = 500;

/** A queue over its limit for so long makes a slow consumer, even if nothing more is queued. */
const OVER_MS = 2_000;

/** One WebSocket, as the domain sees it. Who has the socket tells it what comes: see the methods of the past tense. */
export class SocketConnection implements Connection, InboxOwner, OutflowClient {
  readonly session: string;
  readonly admission: Connection["admission"];
  readonly codec: Codec;
  readonly socket: Socket;
  readonly #shore: Shore;
  readonly #inbox: Inbox;
  readonly #outflow: Outflow;
  readonly #liveness: Liveness | undefined;
  #reading = true;
  #touched = false;
  #overSince: number | undefined;
  #ending: Disconnect | undefined;
  #closeSent = false;
  #gone = false;
  #destroyAt = Infinity;
  #controls: TokenBucket | undefined;
  #flooded = false;

  constructor(accepted: Accepted, shore: Shore) {
    const { session, admission, codec, socket, phase } = accepted;
    this.session = session;
    this.admission = admission;
    this.codec = codec;
    this.#shore = shore;
    this.socket = socket;
    this.#inbox = new Inbox(this, shore.budget);
    this.#outflow = new Outflow(this, shore);
    this.#liveness = socket.ping && new Liveness(shore, phase);
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
    if (this.#inbox.paused) this.#stopReading();
  }

  /** A ping or a pong came: nobody needs more than a few of them. */
  controlled(): void {
    this.#liveness?.heard();
    const { sweep, limited } = this.#shore;
    this.#controls ??= new TokenBucket(CONTROLS, sweep.now);
    if (this.#ending || this.#gone || this.#controls.take(sweep.now)) return;
    limited();
    this.end(disconnect("limit_exceeded", "too many pings and pongs"), DROPPING);
    // It is told, and not read any more: its answer to the close stands behind its flood.
    this.#destroyAt = sweep.after(FLOOD_MS);
    this.#flooded = true;
    // At once: what else was read with this is not answered.
    this.emptied();
  }

  /** A message came, which nobody else changes later. */
  received(message: string | Uint8Array): void {
    this.#liveness?.heard();
    if (this.#ending) return;
    const isBinary = typeof message !== "string";
    if (isBinary !== this.codec.binary) {
      const [expected, got] = isBinary ? ["text", "binary"] : ["binary", "text"];
      return this.end(disconnect("bad_frame", `expected a ${expected} message, got a ${got} one`), KEEPING);
    }
    this.#inbox.accept(message);
    // With an API that cannot stop reading, this is what bounds the memory of a client that does not wait for its answers.
    const { queueBytes } = this.#shore.limits;
    if (!this.socket.pause && this.#inbox.heldBytes > queueBytes) {
      this.end(disconnect("limit_exceeded", `over ${queueBytes} bytes came while requests were waiting`), KEEPING);
    }
  }

  /** What came passed a limit that the socket's own end holds; {@linkcode broke} follows. */
  overran(): void {
    this.#shore.limited();
  }

  /** The socket is broken, or closing without us: nothing more comes or goes. {@linkcode closed} follows. */
  broke(): void {
    this.#inbox.end();
    this.#outflow.end();
  }

  /** The socket is gone. */
  closed(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.broke();
    this.#shore.left(this);
  }

  /** Queues a frame, or ends the connection where too much waits. */
  queue(frame: Uint8Array, spare?: Spare): void {
    if (this.#ending || this.#gone) return;
    if (!this.#outflow.queue(frame, spare)) return this.end(disconnect("slow_consumer"), DROPPING);
    if (this.#touched) return;
    this.#touched = true;
    this.#shore.gather(this);
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
    this.wanted();
  }

  /** Destroys the socket. */
  destroy(): void {
    this.socket.terminate();
  }

  /** Stops reading from the socket. */
  pause(): void {
    if (this.#ending || this.#gone) return;
    this.#inbox.pause();
    this.#stopReading();
  }

  /** Goes on reading, at the end of the turn. */
  resume(): void {
    if (this.#ending || this.#gone) return;
    this.#inbox.resume();
    this.wanted();
  }

  /** Emits when the queue is short: see the port. */
  drained(): Observable<void> {
    return this.#outflow.drained();
  }

  /** Does what the turn has brought: messages that were held, frames that were queued, the close. */
  flush(): void {
    this.#touched = false;
    if (this.#gone) return;
    if (this.#ending) this.broke();
    this.#inbox.release();
    if (this.#inbox.late) this.#stopReading();
    else if (!this.#inbox.paused) this.#read();
    this.#outflow.flush();
  }

  /** Meets the deadlines that have passed. */
  tick(): void {
    const { sweep, limits } = this.#shore;
    if (sweep.now >= this.#destroyAt) return this.destroy();
    if (this.socket.readyState !== OPEN) {
      if (this.#destroyAt === Infinity) this.#destroyAt = sweep.after(limits.closeSeconds * 1000);
      return;
    }
    if (this.#ending) return;
    if (!this.#outflow.overLimit) this.#overSince = undefined;
    else if (sweep.now - (this.#overSince ??= sweep.now) >= OVER_MS && !this.#outflow.spare()) {
      return this.end(disconnect("slow_consumer"), DROPPING);
    }
    const verdict = this.#liveness?.judge(this.#inbox.paused);
    if (verdict === "ping") this.socket.ping?.();
    else if (verdict === "dead") this.end(disconnect("no_pong"), DROPPING);
  }

  /** What was queued is on its way: where it is to end, the client's side of that is next. */
  emptied(): void {
    if (!this.#ending || this.#closeSent) return;
    this.#closeSent = true;
    this.socket.close(this.#ending.code, closeReason(this.#ending));
    // The answer to the close can be read only so. What else comes is dropped.
    if (this.#flooded) this.#stopReading();
    else this.#read();
  }

  #stopReading(): void {
    this.#reading = false;
    this.socket.pause?.();
  }

  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.socket.resume?.();
  }

  /** Asks for {@linkcode flush} at the end of the turn. */
  wanted(): void {
    if (this.#touched) return this.#shore.hurry();
    this.#touched = true;
    this.#shore.touch(this);
  }
}

const KEEPING = { dropQueued: false };
const DROPPING = { dropQueued: true };
