/** How far the records of one partition are dealt with, in order. */

/** Records that were handed out, oldest first, and the offset up to which all are done. */
export class OffsetRing {
  #ends: number[] = [];
  #done: boolean[] = [];
  /** The place of the oldest entry, and the number of it since the start. */
  #first = 0;
  #number = 0;
  #position: number;

  /** @param position the offset of the first record that may be handed out */
  constructor(position: number) {
    this.#position = position;
  }

  /** The offset after the last one of which it, and all before it, is done. */
  get position(): number {
    return this.#position;
  }

  /**
   * Adds what comes next. Returns what says that it is done; a second call is ignored.
   *
   * @param end the offset after it, holes included
   */
  add(end: number): () => void {
    const number = this.#number + this.#ends.length - this.#first;
    this.#ends.push(end);
    this.#done.push(false);
    return () => this.#mark(number);
  }

  #mark(number: number): void {
    const at = this.#first + number - this.#number;
    if (at < this.#first) return;
    this.#done[at] = true;
    while (this.#done[this.#first]) {
      this.#position = this.#ends[this.#first]!;
      this.#first++;
      this.#number++;
    }
    if (this.#first * 2 >= this.#ends.length) {
      this.#ends = this.#ends.slice(this.#first);
      this.#done = this.#done.slice(this.#first);
      this.#first = 0;
    }
  }
}
