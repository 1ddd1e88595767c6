import { Observable, type Subscriber } from "rxjs";
import type { Spare } from "../../domain/ports/transport.ts";
import { Outbox } from "./outbox.ts";

/** What a backlog is held to. */
export interface BacklogOptions {
  /** How many bytes stand between two frames. */
  readonly separatorBytes: number;
  /** Sizes in bytes. */
  readonly limits: {
    /** How many may wait. */
    readonly queueBytes: number;
    /** With so many waiting or fewer it counts as short; less than `queueBytes`. */
    readonly drainBytes: number;
  };
  /** How many bytes were taken from here, and wait somewhere on the way to the client. */
  ahead(): number;
  /** Whether the client can be written to. */
  isOpen(): boolean;
  /** Told of publications that were left out: how many. */
  spared(count: number): void;
}

/** What one turn brings to a connection whose queue was short may be so many times its limit. */
const BURST = 4;

/** What waits for one client, and who waits for it to be less. */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #outbox: Outbox;
  /** Absent while nobody does, as most of the time. */
  #waiting: Set<Subscriber<void>> | undefined;
  /** What was ahead when the first frame of this turn came, and how much may wait in it, in bytes; absent before it came. */
  #turn: { readonly ahead: number; readonly most: number } | undefined;
  #ended = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.separatorBytes);
  }

  /** How many bytes wait for the client, here and on the way to it. */
  get bytes(): number {
    return this.#outbox.bytes + this.#options.ahead();
  }

  /** Whether more waits than may. */
  get overLimit(): boolean {
    return this.bytes > this.#options.limits.queueBytes;
  }

  /** Whether nothing waits here. */
  get empty(): boolean {
    return this.#outbox.empty;
  }

  /** Whether somebody waits for it to be short. */
  get awaited(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * Adds a frame; false where too much waits now, and what may be left out is not enough.
   *
   * That is more than the limit. A batch of the log comes in one turn though, and can be larger than the queue of a
   * client that keeps up very well: a queue that was short when the turn began takes a few times the limit in it.
   */
  push(frame: Uint8Array, spare?: Spare): boolean {
    const { queueBytes, drainBytes } = this.#options.limits;
    const { ahead, most } = this.#turn ??= {
      ahead: this.#options.ahead(),
      most: this.bytes <= drainBytes ? BURST * queueBytes : queueBytes,
    };
    const count = this.#outbox.push(frame, spare);
    if (count > 0) this.#options.spared(count);
    return ahead + this.#outbox.bytes <= most || this.spare();
  }

  /** Leaves out what may be, where more waits than may: down to half of the limit. False where that is not enough. */
  spare(): boolean {
    const { queueBytes } = this.#options.limits;
    const ahead = this.#options.ahead();
    if (ahead + this.#outbox.bytes <= queueBytes) return true;
    const count = this.#outbox.spareOldest(Math.max(0, queueBytes / 2 - ahead));
    if (count > 0) this.#options.spared(count);
    // What is on its way cannot be left out, and is no reason to keep nothing here.
    return this.#outbox.bytes <= Math.max(queueBytes - ahead, queueBytes / 2);
  }

  /** Ends a turn: see {@linkcode push}. */
  endTurn(): void {
    this.#turn = undefined;
    this.#outbox.endTurn();
  }

  /** Takes the frames of the next message: as many as stay under `maxBytes` together, and at least one. */
  take(maxBytes: number): readonly Uint8Array[] {
    return this.#outbox.take(maxBytes);
  }

  /** Drops everything. */
  clear(): void {
    this.#outbox.clear();
  }

  /** Emits when the backlog is short, at once where it is, then completes; completes alone when it has ended. */
  drained(): Observable<void> {
    return new Observable((waiter) => {
      (this.#waiting ??= new Set()).add(waiter);
      this.settle();
      return () => this.#leave(waiter);
    });
  }

  /** Lets everyone go who waits for it to be short. */
  end(): void {
    this.#ended = true;
    this.settle();
  }

  /** Tells those who wait, where it is short: to be called when frames were taken. */
  settle(): void {
    if (!this.#waiting) return;
    for (const waiter of [...this.#waiting]) {
      if (!this.#ended && this.#options.isOpen()) {
        if (this.bytes > this.#options.limits.drainBytes) return;
        waiter.next();
      }
      waiter.complete();
    }
  }

  #leave(waiter: Subscriber<void>): void {
    this.#waiting?.delete(waiter);
    if (this.#waiting?.size === 0) this.#waiting = undefined;
  }
}
