import { Fifo } from "./fifo.ts";

/** What becomes of an item that finds no room: an error of the stream, or the oldest or the newest that waits, itself, is left out. */
export type Overflow = "error" | "drop_oldest" | "drop_newest";

/** How many items may wait, and what becomes of the others. */
export interface Room<T> {
  /** At most so many items wait. 0: none may. */
  readonly waiting: number;
  /** Default `error`. */
  readonly overflow?: Overflow;
  /** Is told of each item that is left out; `done` where the items are deliveries. */
  readonly leftOut?: (item: T) => void;
}

/** Items that wait in their order, in a bounded room. */
export class BoundedQueue<T> {
  readonly #room: Room<T>;
  readonly #items = new Fifo<T>();

  constructor(room: Room<T>) {
    this.#room = room;
  }

  get length(): number {
    return this.#items.length;
  }

  /**
   * Takes an item in, where `isNeeded` even over the bound, as somebody takes it out at once. Whether one more waits than before.
   *
   * @throws {RangeError} where there is no room and the policy is `error`
   */
  offer(item: T, isNeeded: boolean): boolean {
    const { waiting, overflow = "error", leftOut } = this.#room;
    if (isNeeded || this.#items.length < waiting) {
      this.#items.push(item);
      return true;
    }
    if (overflow === "error") {
      throw new RangeError(
        `Cannot hold one more item: ${waiting} wait already; bound the source, give more room or another overflow policy`,
      );
    }
    let out = item;
    if (overflow === "drop_oldest" && this.#items.length > 0) {
      out = this.#items.shift()!;
      this.#items.push(item);
    }
    leftOut?.(out);
    return false;
  }

  /** The item at a place from the oldest one, which is at 0. */
  at(index: number): T | undefined {
    return this.#items.at(index);
  }

  shift(): T | undefined {
    return this.#items.shift();
  }

  clear(): void {
    this.#items.clear();
  }
}
