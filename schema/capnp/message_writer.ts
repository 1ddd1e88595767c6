/** Writes messages of one segment by the standard layout. */
import { ELEMENT, KIND } from "./wire_pointer.ts";

/** How large a struct is. */
export interface StructSize {
  readonly dataWords: number;
  readonly pointers: number;
}

/** Up to so many characters a loop is faster than the platform's encoder. */
const SHORT = 64;

/** What is kept from one message to the next, in bytes: larger ones get a buffer of their own. */
const KEPT = 1 << 18;

/** The segment table and the root pointer. */
const HEAD = 16;

const utf8 = new TextEncoder();

/**
 * Writes one message after another into a buffer that it keeps: begin with {@linkcode root}, end with {@linkcode finish}, and let no other
 * message begin in between.
 */
export class MessageWriter {
  view = new DataView(new ArrayBuffer(4096));
  bytes = new Uint8Array(this.view.buffer);
  used = HEAD;

  /** Begins a message whose root is a struct of a size. */
  root(size: StructSize): StructWriter {
    if (this.bytes.length > KEPT) this.#resize(4096);
    this.used = HEAD;
    this.bytes.fill(0, 0, HEAD);
    return this.struct(8, size);
  }

  /** Ends the message. The bytes, with the stream framing before them, are the caller's. */
  finish(): Uint8Array {
    this.view.setUint32(4, (this.used - 8) / 8, true);
    return this.bytes.slice(0, this.used);
  }

  /** A struct of zeros, and the pointer to it at a byte. */
  struct(pointerAt: number, { dataWords, pointers }: StructSize): StructWriter {
    const at = this.#allocate((dataWords + pointers) * 8);
    this.view.setInt32(pointerAt, ((at - pointerAt) / 8 - 1) << 2 | KIND.struct, true);
    this.view.setUint32(pointerAt + 4, dataWords | pointers << 16, true);
    return new StructWriter(this, { at, dataWords });
  }

  text(pointerAt: number, text: string): void {
    const at = this.used;
    // A UTF-16 code unit becomes at most three bytes.
    this.#reserve(text.length * 3 + 8);
    const { bytes } = this;
    let length = 0;
    if (text.length <= SHORT) {
      for (; length < text.length; length++) {
        const code = text.charCodeAt(length);
        if (code > 0x7f) break;
        bytes[at + length] = code;
      }
    }
    if (length < text.length) length = utf8.encodeInto(text, bytes.subarray(at)).written;
    this.#endBytes(pointerAt, { at, count: length + 1, end: at + length });
  }

  data(pointerAt: number, data: Uint8Array): void {
    const at = this.used;
    this.#reserve(data.length + 8);
    this.bytes.set(data, at);
    this.#endBytes(pointerAt, { at, count: data.length, end: at + data.length });
  }

  texts(pointerAt: number, texts: readonly string[]): void {
    const at = this.#allocate(texts.length * 8);
    this.#listPointer(pointerAt, { at, element: ELEMENT.pointer, count: texts.length });
    for (const [index, text] of texts.entries()) this.text(at + index * 8, text);
  }

  uint32s(pointerAt: number, numbers: readonly number[]): void {
    const at = this.#allocate(Math.ceil(numbers.length / 2) * 8);
    this.#listPointer(pointerAt, { at, element: ELEMENT.fourBytes, count: numbers.length });
    for (const [index, number] of numbers.entries()) this.view.setUint32(at + index * 4, number, true);
  }

  /** Fills the last word of bytes with zeros, and points to them. */
  #endBytes(pointerAt: number, { at, count, end }: { at: number; count: number; end: number }): void {
    const next = at + (count + 7 & ~7);
    for (let byte = end; byte < next; byte++) this.bytes[byte] = 0;
    this.used = next;
    this.#listPointer(pointerAt, { at, element: ELEMENT.byte, count });
  }

  #listPointer(pointerAt: number, { at, element, count }: { at: number; element: number; count: number }): void {
    this.view.setInt32(pointerAt, ((at - pointerAt) / 8 - 1) << 2 | KIND.list, true);
    this.view.setUint32(pointerAt + 4, count * 8 + element, true);
  }

  /** The byte where so many zeros begin. */
  #allocate(size: number): number {
    this.#reserve(size);
    const at = this.used;
    this.bytes.fill(0, at, at + size);
    this.used = at + size;
    return at;
  }

  #reserve(size: number): void {
    if (this.used + size > this.bytes.length) this.#resize(Math.max(this.bytes.length * 2, this.used + size));
  }

  #resize(size: number): void {
    const { bytes } = this;
    this.view = new DataView(new ArrayBuffer(size + 7 & ~7));
    this.bytes = new Uint8Array(this.view.buffer);
    this.bytes.set(bytes.subarray(0, Math.min(this.used, this.bytes.length)));
  }
}

/** One struct of a message that is being written. Places are those of `generated/layout.ts`; what is `undefined` stays null. */
export class StructWriter {
  readonly #message: MessageWriter;
  readonly #data: number;
  readonly #pointers: number;

  constructor(message: MessageWriter, { at, dataWords }: { at: number; dataWords: number }) {
    this.#message = message;
    this.#data = at;
    this.#pointers = at + dataWords * 8;
  }

  bit(place: number, value: boolean): void {
    if (value) this.#message.bytes[this.#data + (place >> 3)]! |= 1 << (place & 7);
  }

  uint16(place: number, value: number): void {
    this.#message.view.setUint16(this.#data + place, value, true);
  }

  uint32(place: number, value: number): void {
    this.#message.view.setUint32(this.#data + place, value, true);
  }

  /** A number of 64 bits, signed or not. */
  integer(place: number, value: number): void {
    const high = Math.floor(value / 0x100000000);
    this.#message.view.setUint32(this.#data + place, value - high * 0x100000000, true);
    this.#message.view.setInt32(this.#data + place + 4, high, true);
  }

  text(index: number, text: string | undefined): void {
    if (text !== undefined) this.#message.text(this.#pointers + index * 8, text);
  }

  data(index: number, data: Uint8Array): void {
    this.#message.data(this.#pointers + index * 8, data);
  }

  texts(index: number, texts: readonly string[]): void {
    this.#message.texts(this.#pointers + index * 8, texts);
  }

  uint32s(index: number, numbers: readonly number[]): void {
    this.#message.uint32s(this.#pointers + index * 8, numbers);
  }

  struct(index: number, size: StructSize): StructWriter {
    return this.#message.struct(this.#pointers + index * 8, size);
  }
}
