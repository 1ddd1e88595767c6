import { Observable, type Subscriber } from "rxjs";

/** The messages that come from one connection, on their way to its only subscriber. */
export class Inbox {
  /**
   * The messages in order. Completes when the inbox is ended; never errors. The second subscription, like one after
   * the end, completes at once.
   */
  readonly messages: Observable<string | Uint8Array> = new Observable((reader) => this.#attach(reader));

  #held: (string | Uint8Array)[] = [];
  #heldBytes = 0;
  #reader: Subscriber<string | Uint8Array> | undefined;
  #state: "awaited" | "read" | "left" | "ended" = "awaited";
  #paused = false;
  readonly #wanted: () => void;
  readonly #mayPass: (bytes: number) => boolean;

  /**
   * `wanted` is called when there is a reader at last, and when a message is held back as `mayPass` does not want it passed on now: then
   * call {@linkcode release}, not from within `wanted`.
   */
  constructor(wanted: () => void, mayPass: (bytes: number) => boolean = () => true) {
    this.#wanted = wanted;
    this.#mayPass = mayPass;
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
    if (this.paused || this.#held.length > 0 || !this.#mayPass(sizeOf(message))) {
      if (this.#state === "ended") return;
      if (!this.paused && this.#held.length === 0) this.#wanted();
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

  /** Passes on what was held back, until there is a pause, or `mayPass` wants no more. */
  release(): void {
    if (this.#held.length === 0 || this.paused) return;
    const held = this.#held;
    let passed = 0;
    // `#held` stays in place, so that what comes in the meantime lines up behind it.
    while (passed < held.length && !this.paused && this.#held === held) {
      const message = held[passed]!;
      if (!this.#mayPass(sizeOf(message))) {
        this.#wanted();
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
    this.#wanted();
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
