import { corrupt, tooLarge } from "./inflate_error.ts";

const FIRST_BYTES = 64 * 1024;

/** Bytes as they are inflated: grows as needed, up to a bound. */
export class Inflated {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /**
   * @param codec for error messages
   * @param maxBytes the bound
   * @param expected how many bytes there will be, where that is known
   */
  constructor(readonly codec: string, readonly maxBytes: number, expected?: number) {
    if (expected !== undefined && expected > maxBytes) throw tooLarge(codec, maxBytes);
    this.#bytes = new Uint8Array(expected ?? Math.min(FIRST_BYTES, maxBytes));
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** Appends `source[from..to)`. Throws {@linkcode InflateError} over the bound. */
  copy(source: Uint8Array, from: number, to: number): void {
    const at = this.#room(to - from);
    // A call costs more than a short loop.
    if (to - from > 32) this.#bytes.set(source.subarray(from, to), at);
    else for (let index = from, next = at; index < to; index++) this.#bytes[next++] = source[index]!;
  }

  /**
   * Appends `length` bytes that start `back` bytes before the end; they may overlap with what is appended.
   * Throws {@linkcode InflateError} over the bound, or where there is nothing so far back.
   */
  repeat(back: number, length: number): void {
    if (back < 1 || back > this.#length) {
      throw corrupt(this.codec, `a match inside the ${this.#length} bytes before it`);
    }
    const at = this.#room(length);
    const bytes = this.#bytes;
    if (length <= 32) {
      for (let next = at; next < at + length; next++) bytes[next] = bytes[next - back]!;
      return;
    }
    // The pattern of `back` bytes repeats: what was appended is copied along, so that the span doubles.
    for (let done = 0; done < length;) {
      const span = Math.min(back + done, length - done);
      bytes.copyWithin(at + done, at - back, at - back + span);
      done += span;
    }
  }

  /** What was written. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.subarray(0, this.#length);
    // Records keep views of the bytes alive: an excess would stay with them.
    return this.#bytes.length - this.#length > this.#length / 4 ? bytes.slice() : bytes;
  }

  /** Where the next `size` bytes go. */
  #room(size: number): number {
    const at = this.#length;
    const length = at + size;
    if (length > this.#bytes.length) {
      if (length > this.maxBytes) throw tooLarge(this.codec, this.maxBytes);
      const larger = new Uint8Array(Math.min(this.maxBytes, Math.max(length, this.#bytes.length * 2)));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.#length = length;
    return at;
  }
}
