import { Observable, type Subscriber } from "rxjs";
import type { TurnBudget } from "./turn_budget.ts";

/** Whose inbox it is. */
export interface InboxOwner {
  /**
   * Told when there is a reader at last, and when a message is held back as the budget does not have it passed on now: then call
   * `release`, not from within this.
   */
  wanted(): void;
}

/** The messages that come from one connection, on their way to its only subscriber. */
export class Inbox {
  #held: (string | Uint8Array)[] = [];
  #heldBytes = 0;
  #reader: Subscriber<string | Uint8Array> | undefined;
  #state: "awaited" | "read" | "left" | "ended" = "awaited";
  #paused = false;
  readonly #owner: InboxOwner;
  readonly #budget: Pick<TurnBudget, "take">;

  /** `budget` says whether a message may be passed on now. */
  constructor(owner: InboxOwner, budget: Pick<TurnBudget, "take">) {
    this.#owner = owner;
    this.#budget = budget;
  }

  /**
   * The messages in order. Completes when the inbox is ended; never errors. The second subscription, like one after
   * the end, completes at once.
   */
  get messages(): Observable<string | Uint8Array> {
    return new Observable((reader) => this.#attach(reader));
  }

  /** Whether messages are held back, so that none should be read from the socket. */
  get paused(): boolean {
    return this.#paused || this.#state === "awaited";
  }

  /** Whether messages are held back that wait for nothing but a later turn. */
  get late(): boolean {
    return !this.paused && this.#held.length > 0;
  }

  /** About how many bytes of memory are held back. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Passes a message on, or holds it back. Ignored after the end, and when the subscriber has left. */
  accept(message: string | Uint8Array): void {
    // Holding must outlast the pause until the held ones are released, or a later message would overtake them.
    if (this.paused || this.#held.length > 0 || !this.#budget.take(sizeOf(message))) {
      if (this.#state === "ended") return;
      if (!this.paused && this.#held.length === 0) this.#owner.wanted();
      this.#held.push(message);
      this.#heldBytes += sizeOf(message);
    } else {
      this.#reader?.next(message);
    }
  }

  /** Holds messages back: what one read from the socket had brought already comes after {@linkcode release}. */
  pause(): void {
    this.#paused = true;
  }

  /** Ends a pause. The held messages stay until {@linkcode release}. */
  resume(): void {
    this.#paused = false;
  }

  /** Passes on what was held back, until there is a pause, or the budget has no more. */
  release(): void {
    if (this.#held.length === 0 || this.paused) return;
    const held = this.#held;
    let passed = 0;
    // `#held` stays in place, so that what comes in the meantime lines up behind it.
    while (passed < held.length && !this.paused && this.#held === held) {
      const message = held[passed]!;
      if (!this.#budget.take(sizeOf(message))) {
        this.#owner.wanted();
        break;
      }
      passed++;
      this.#heldBytes -= sizeOf(message);
      this.#reader?.next(message);
    }
    if (this.#held === held) this.#held = held.slice(passed);
  }

  /** Completes the messages, once. What is held back is dropped. */
  end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#drop();
    this.#reader?.complete();
    this.#reader = undefined;
  }

  #attach(reader: Subscriber<string | Uint8Array>): (() => void) | void {
    if (this.#state !== "awaited") return reader.complete();
    this.#state = "read";
    this.#reader = reader;
    this.#owner.wanted();
    return () => {
      this.#reader = undefined;
      this.#drop();
      if (this.#state === "read") this.#state = "left";
    };
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }
}

/** What a message costs besides what it holds. */
const MESSAGE_BYTES = 64;

function sizeOf(message: string | Uint8Array): number {
  return message.length + MESSAGE_BYTES;
}
