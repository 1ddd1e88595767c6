/** Writes messages of one segment by the standard layout. */
import { ELEMENT, KIND } from "./wire_pointer.ts";

/** How large a struct is. */
export interface StructSize {
  readonly dataWords: number;
  readonly pointers: number;
}

/** The size of the buffers that messages are cut from, in bytes: to allocate one for each costs more than to write it. */
const SLAB = 1 << 14;

/** A message begins in a new buffer where less than this is left, in bytes. */
const ROOM = 1 << 10;

/** The segment table and the root pointer, in bytes. */
const HEAD = 16;

/** What fills the last word of a text, its final zero among it, by the lowest three bits of its length. */
const PADDING = Array.from({ length: 8 }, (_, rest) => "\0".repeat(8 - rest));

const utf8 = new TextEncoder();

/**
 * Writes one message after another: begin with {@linkcode root}, end with {@linkcode finish}, and let no other message begin in between.
 *
 * Texts are kept until something else is written or the message ends, and then encoded in one go, which succeeds where they are ASCII;
 * one by one where it does not.
 */
export class MessageWriter {
  /** The buffer, and the byte of it where the message begins: places in the message are counted from there. */
  view: DataView = new DataView(new ArrayBuffer(SLAB));
  start = 0;
  #bytes = new Uint8Array(this.view.buffer);
  #length = 0;
  readonly #texts: string[] = [];
  readonly #textPointers: number[] = [];

  /** Begins a message whose root is a struct of a size. What had begun before and was not finished is dropped. */
  root(size: StructSize): StructWriter {
    this.#texts.length = this.#textPointers.length = this.#length = 0;
    if (this.#bytes.length - this.start < ROOM) this.#move(SLAB);
    this.#allocate(HEAD);
    return this.struct(HEAD - 8, size);
  }

  /** Ends the message. The bytes, with the stream framing before them, are not written to again. */
  finish(): Uint8Array {
    this.#writeTexts();
    const length = this.#length;
    const end = this.start + length;
    this.view.setUint32(this.start + 4, (length - 8) / 8, true);
    this.#length = 0;
    if (length <= SLAB) {
      const message = this.#bytes.subarray(this.start, end);
      this.start = end;
      return message;
    }
    // What was reserved for a large one is not kept with it.
    const message = this.#bytes.slice(this.start, end);
    this.#move(SLAB);
    return message;
  }

  /** A struct of zeros, and the pointer to it. */
  struct(pointerAt: number, { dataWords, pointers }: StructSize): StructWriter {
    const at = this.#allocate((dataWords + pointers) * 8);
    this.#pointer(pointerAt, { at, kind: KIND.struct, high: dataWords | pointers << 16 });
    return new StructWriter(this, { at, dataWords });
  }

  text(pointerAt: number, text: string): void {
    this.#texts.push(text);
    this.#textPointers.push(pointerAt);
  }

  data(pointerAt: number, data: Uint8Array): void {
    const at = this.#allocate(data.length + 7 & ~7);
    this.#bytes.set(data, this.start + at);
    this.#pointer(pointerAt, { at, kind: KIND.list, high: data.length * 8 + ELEMENT.byte });
  }

  texts(pointerAt: number, texts: readonly string[]): void {
    const at = this.#allocate(texts.length * 8);
    this.#pointer(pointerAt, { at, kind: KIND.list, high: texts.length * 8 + ELEMENT.pointer });
    for (const [index, text] of texts.entries()) this.text(at + index * 8, text);
  }

  uint32s(pointerAt: number, numbers: readonly number[]): void {
    const at = this.#allocate(numbers.length * 4 + 7 & ~7);
    this.#pointer(pointerAt, { at, kind: KIND.list, high: numbers.length * 8 + ELEMENT.fourBytes });
    for (const [index, number] of numbers.entries()) this.view.setUint32(this.start + at + index * 4, number, true);
  }

  #writeTexts(): void {
    const count = this.#texts.length;
    if (count === 0) return;
    let all = "";
    for (let index = 0; index < count; index++) {
      const text = this.#texts[index]!;
      all += text + PADDING[text.length & 7]!;
    }
    const isAscii = this.#encode(all) === all.length;
    for (let index = 0; index < count; index++) {
      const text = this.#texts[index]!;
      const length = isAscii ? text.length : this.#encode(text + PADDING[text.length & 7]!) - (8 - (text.length & 7));
      const padded = (length & ~7) + 8;
      if (!isAscii) this.#zero(this.#length + length, padded - length);
      const high = (length + 1) * 8 + ELEMENT.byte;
      this.#pointer(this.#textPointers[index]!, { at: this.#length, kind: KIND.list, high });
      this.#length += padded;
    }
    this.#texts.length = this.#textPointers.length = 0;
  }

  /** Writes a text after what there is, which it does not count in; @returns its length in bytes */
  #encode(text: string): number {
    this.#reserve(text.length);
    const into = this.#bytes.subarray(this.start + this.#length);
    const { read, written } = utf8.encodeInto(text, into);
    if (read === text.length) return written;
    // A UTF-16 code unit becomes at most three bytes.
    this.#reserve(text.length * 3);
    return this.#encode(text);
  }

  #pointer(pointerAt: number, { at, kind, high }: { at: number; kind: number; high: number }): void {
    this.view.setInt32(this.start + pointerAt, ((at - pointerAt) / 8 - 1) << 2 | kind, true);
    this.view.setUint32(this.start + pointerAt + 4, high, true);
  }

  /** The place where so many zeros begin. */
  #allocate(size: number): number {
    this.#writeTexts();
    this.#reserve(size);
    const at = this.#length;
    this.#zero(at, size);
    this.#length += size;
    return at;
  }

  #zero(at: number, size: number): void {
    this.#bytes.fill(0, this.start + at, this.start + at + size);
  }

  #reserve(size: number): void {
    const length = this.#length + size;
    if (this.start + length > this.#bytes.length) this.#move(Math.max(SLAB, length * 2));
  }

  /** Goes on in a new buffer. */
  #move(size: number): void {
    const begun = this.#bytes.subarray(this.start, this.start + this.#length);
    this.view = new DataView(new ArrayBuffer(size));
    this.#bytes = new Uint8Array(this.view.buffer);
    this.#bytes.set(begun);
    this.start = 0;
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
    if (!value) return;
    const { view, start } = this.#message;
    const at = start + this.#data + (place >> 3);
    view.setUint8(at, view.getUint8(at) | 1 << (place & 7));
  }

  uint16(place: number, value: number): void {
    const { view, start } = this.#message;
    view.setUint16(start + this.#data + place, value, true);
  }

  uint32(place: number, value: number): void {
    const { view, start } = this.#message;
    view.setUint32(start + this.#data + place, value, true);
  }

  /** A number of 64 bits, signed or not. */
  integer(place: number, value: number): void {
    const { view, start } = this.#message;
    const high = Math.floor(value / 0x100000000);
    view.setUint32(start + this.#data + place, value - high * 0x100000000, true);
    view.setInt32(start + this.#data + place + 4, high, true);
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
