import { Observable, type Subscriber } from "rxjs";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import type { Codec } from "../../domain/ports/codec.ts";
import type { MessageJoiner } from "./message_joiner.ts";
import { Outbox } from "./outbox.ts";
import type { WsLimits } from "./ws_options.ts";

/** What an outflow works with. */
export interface OutflowOptions {
  readonly webSocket: WebSocket;
  readonly codec: Codec;
  readonly joiner: MessageJoiner;
  readonly limits: Pick<WsLimits, "queueBytes" | "drainBytes" | "maxMessageBytes">;
  /** Told when the last of what waited was handed to the socket, after the turn that queued it. */
  readonly emptied: () => void;
}

/** Bytes handed to a socket ahead of what its peer takes; the rest waits here, where it can be joined or dropped. */
const AHEAD_BYTES = 128 * 1024;
/** What one turn brings to a connection whose queue was short may be so many times its limit. */
const BURST = 4;
const SMALLEST_MESSAGE = 1024;

/** What goes to one client: its queue, and its socket as far as that takes it. */
export class Outflow {
  readonly #options: OutflowOptions;
  readonly #outbox: Outbox;
  readonly #waiting = new Set<Subscriber<void>>();
  readonly #written = (error?: Error | null) => {
    // What failed to be written waits no more either, but its client has not taken it.
    if (error || (this.#outbox.empty && this.#waiting.size === 0)) return;
    this.#pump();
  };
  #maxMessageBytes: number;
  /** The bytes that waited when the first frame of this turn came; absent before it came. */
  #before: number | undefined;
  #ended = false;

  constructor(options: OutflowOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.codec.separatorBytes);
    this.#maxMessageBytes = options.limits.maxMessageBytes;
  }

  /** How many bytes wait for the client: here, and in the socket as far as the system has not taken them. */
  get queuedBytes(): number {
    return this.#outbox.bytes + this.#options.webSocket.bufferedAmount;
  }

  /** Whether more waits than may. */
  get overLimit(): boolean {
    return this.queuedBytes > this.#options.limits.queueBytes;
  }

  /** Whether everything was handed to the socket. */
  get empty(): boolean {
    return this.#outbox.empty;
  }

  /**
   * Queues a frame; false where too much waits now.
   *
   * That is more than the limit. A batch of the log comes in one turn though, and can be larger than the queue of a
   * client that keeps up very well: a queue that was short when the turn began takes a few times the limit in it.
   */
  queue(frame: Uint8Array): boolean {
    const before = this.#before ??= this.queuedBytes;
    this.#outbox.push(frame);
    const { queueBytes, drainBytes } = this.#options.limits;
    return before + this.#outbox.bytes <= (before <= drainBytes ? BURST * queueBytes : queueBytes);
  }

  /** Keeps messages under so many bytes: 1 KiB to what the transport keeps them under. */
  limit(maxMessageBytes: number): void {
    this.#maxMessageBytes = Math.max(SMALLEST_MESSAGE, Math.min(maxMessageBytes, this.#options.limits.maxMessageBytes));
  }

  /** Hands to the socket what it takes; the rest follows as the peer reads. To be called at the end of the turn. */
  flush(): void {
    this.#before = undefined;
    this.#pump();
  }

  /** Drops what was not handed to the socket. */
  clear(): void {
    this.#outbox.clear();
  }

  /** Emits when the queue is short, then completes: see the port. */
  drained(): Observable<void> {
    return new Observable((waiter) => {
      this.#waiting.add(waiter);
      this.#settle();
      return () => void this.#waiting.delete(waiter);
    });
  }

  /** Lets everyone go who waits for the queue to be short. */
  end(): void {
    this.#ended = true;
    this.#settle();
  }

  #pump(): void {
    const { webSocket, codec, joiner, emptied } = this.#options;
    if (webSocket.readyState !== WebSocket.OPEN) {
      this.#outbox.clear();
    } else {
      while (!this.#outbox.empty && webSocket.bufferedAmount < AHEAD_BYTES) {
        const message = joiner.join(codec, this.#outbox.take(this.#maxMessageBytes));
        webSocket.send(message, { binary: codec.binary }, this.#written);
      }
      if (this.#outbox.empty) emptied();
    }
    this.#settle();
  }

  #settle(): void {
    for (const waiter of [...this.#waiting]) {
      if (!this.#ended && this.#options.webSocket.readyState === WebSocket.OPEN) {
        if (this.queuedBytes > this.#options.limits.drainBytes) return;
        waiter.next();
      }
      waiter.complete();
    }
  }
}
