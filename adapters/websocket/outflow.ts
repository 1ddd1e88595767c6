import type { Observable } from "rxjs";
import type { Codec } from "../../domain/ports/codec.ts";
import type { Spare } from "../../domain/ports/transport.ts";
import { Backlog, type BacklogOptions } from "../transport/backlog.ts";
import type { MessageJoiner } from "./message_joiner.ts";
import { OPEN, type Socket } from "./socket.ts";
import type { WsLimits } from "./ws_options.ts";

/** Whose outflow it is. */
export interface OutflowClient {
  readonly socket: Pick<Socket, "readyState" | "bufferedAmount" | "send">;
  readonly codec: Codec;
  /** Told when the last of what waited was handed to the socket, after the turn that queued it. */
  emptied(): void;
}

/** What all outflows work with. */
export interface OutflowShore {
  readonly joiner: MessageJoiner;
  readonly limits: Pick<WsLimits, "queueBytes" | "drainBytes" | "maxMessageBytes">;
  /** Told of publications that were left out: how many. */
  spared(count: number): void;
}

/** Bytes handed to a socket ahead of what its peer takes, and less where less may wait; the rest waits here, where it can be joined or dropped. */
const AHEAD_BYTES = 128 * 1024;
const SMALLEST_MESSAGE = 1024;

/** What goes to one client: its queue, and its socket as far as that takes it. */
export class Outflow implements BacklogOptions {
  readonly #client: OutflowClient;
  readonly #shore: OutflowShore;
  readonly #backlog: Backlog;
  readonly #written = (error?: Error | null) => {
    // What failed to be written waits no more either, but its client has not taken it.
    if (error || (this.#backlog.empty && !this.#backlog.awaited)) return;
    this.#pump();
  };
  #maxMessageBytes: number;

  constructor(client: OutflowClient, shore: OutflowShore) {
    this.#client = client;
    this.#shore = shore;
    this.#backlog = new Backlog(this);
    this.#maxMessageBytes = shore.limits.maxMessageBytes;
  }

  /** See `BacklogOptions`, as the next ones. */
  get separatorBytes(): number {
    return this.#client.codec.separatorBytes;
  }

  get limits(): OutflowShore["limits"] {
    return this.#shore.limits;
  }

  /** As far as the system has not taken them. */
  ahead(): number {
    return this.#client.socket.bufferedAmount;
  }

  isOpen(): boolean {
    return this.#client.socket.readyState === OPEN;
  }

  spared(count: number): void {
    this.#shore.spared(count);
  }

  /** How many bytes wait for the client: here, and in the socket as far as the system has not taken them. */
  get queuedBytes(): number {
    return this.#backlog.bytes;
  }

  /** Whether more waits than may. */
  get overLimit(): boolean {
    return this.#backlog.overLimit;
  }

  /** Queues a frame; false where too much waits now, and what may be left out is not enough. */
  queue(frame: Uint8Array, spare?: Spare): boolean {
    return this.#backlog.push(frame, spare);
  }

  /** Leaves out what may be, where more waits than may; false where that is not enough. */
  spare(): boolean {
    return this.#backlog.spare();
  }

  /** Keeps messages under so many bytes: 1 KiB to what the transport keeps them under. */
  limit(maxMessageBytes: number): void {
    this.#maxMessageBytes = Math.max(SMALLEST_MESSAGE, Math.min(maxMessageBytes, this.limits.maxMessageBytes));
  }

  /** Hands to the socket what it takes; the rest follows as the peer reads. To be called at the end of the turn. */
  flush(): void {
    this.#backlog.endTurn();
    this.#pump();
  }

  /** Drops what was not handed to the socket. */
  clear(): void {
    this.#backlog.clear();
  }

  /** Emits when the queue is short, then completes: see the port. */
  drained(): Observable<void> {
    return this.#backlog.drained();
  }

  /** Lets everyone go who waits for the queue to be short. */
  end(): void {
    this.#backlog.end();
  }

  #pump(): void {
    const { socket, codec } = this.#client;
    const { joiner, limits } = this.#shore;
    const aheadBytes = Math.min(AHEAD_BYTES, limits.queueBytes / 4);
    if (socket.readyState !== OPEN) {
      this.#backlog.clear();
    } else {
      while (!this.#backlog.empty && socket.bufferedAmount < aheadBytes) {
        socket.send(joiner.join(codec, this.#backlog.take(this.#maxMessageBytes)), this.#written);
      }
      if (this.#backlog.empty) this.#client.emptied();
    }
    this.#backlog.settle();
  }
}
