/**
 * How many bytes of messages are passed on in one turn of the event loop, over all connections: to decode a message costs up to 80
 * nanoseconds a byte, and one read of many sockets can bring megabytes.
 */
export const TURN_BYTES = 256 * 1024;

/** What one turn may pass on. */
export class TurnBudget {
  readonly #bytes: number;
  #left: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#left = bytes;
  }

  /** Whether so many bytes may be passed on in this turn; taken if so. Whatever is left is enough, so that each turn passes something on. */
  take(bytes: number): boolean {
    if (this.#left <= 0) return false;
    this.#left -= bytes;
    return true;
  }

  /** A new turn begins. */
  renew(): void {
    this.#left = this.#bytes;
  }
}
