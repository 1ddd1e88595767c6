import { Observable, type Subscriber } from "rxjs";
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
  readonly ahead: () => number;
  /** Whether the client can be written to. */
  readonly isOpen: () => boolean;
}

/** What one turn brings to a connection whose queue was short may be so many times its limit. */
const BURST = 4;

/** What waits for one client, and who waits for it to be less. */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #outbox: Outbox;
  readonly #waiting = new Set<Subscriber<void>>();
  /** The bytes that waited when the first frame of this turn came; absent before it came. */
  #before: number | undefined;
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
    return this.#waiting.size > 0;
  }

  /**
   * Adds a frame; false where too much waits now.
   *
   * That is more than the limit. A batch of the log comes in one turn though, and can be larger than the queue of a
   * client that keeps up very well: a queue that was short when the turn began takes a few times the limit in it.
   */
  push(frame: Uint8Array): boolean {
    const before = this.#before ??= this.bytes;
    this.#outbox.push(frame);
    const { queueBytes, drainBytes } = this.#options.limits;
    return before + this.#outbox.bytes <= (before <= drainBytes ? BURST * queueBytes : queueBytes);
  }

  /** Ends a turn: see {@linkcode push}. */
  endTurn(): void {
    this.#before = undefined;
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
      this.#waiting.add(waiter);
      this.settle();
      return () => void this.#waiting.delete(waiter);
    });
  }

  /** Lets everyone go who waits for it to be short. */
  end(): void {
    this.#ended = true;
    this.settle();
  }

  /** Tells those who wait, where it is short: to be called when frames were taken. */
  settle(): void {
    for (const waiter of [...this.#waiting]) {
      if (!this.#ended && this.#options.isOpen()) {
        if (this.bytes > this.#options.limits.drainBytes) return;
        waiter.next();
      }
      waiter.complete();
    }
  }
}
