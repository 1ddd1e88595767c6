/** A queue that gives its oldest value, and any value by index, in constant time. */
export class Fifo<T> {
  #values: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#values.length - this.#head;
  }

  push(value: T): void {
    this.#values.push(value);
  }

  /** The value at a place from the oldest one, which is at 0; `undefined` outside of the queue. */
  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#values[this.#head + index];
  }

  /** Takes the oldest value out. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const value = this.#values[this.#head];
    this.#values[this.#head++] = undefined;
    // Moving the rest down only when half is empty keeps the cost of a shift constant.
    if (this.#head > 1_024 && this.#head * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#head);
      this.#head = 0;
    }
    return value;
  }

  clear(): void {
    this.#values = [];
    this.#head = 0;
  }
}
