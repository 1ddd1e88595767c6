/** Reads structs of validated messages by the standard layout. */
import { Malformed } from "./malformed.ts";
import { decodeText } from "./text_bytes.ts";
import type { Segment } from "./validate.ts";
import { ELEMENT, KIND } from "./wire_pointer.ts";

/** A list in the message: where its first element is, and how many there are. */
interface ListAt {
  readonly at: number;
  readonly count: number;
}

/**
 * One struct. How large it is comes from its pointer, so that structs of older schemas, which are shorter, and of newer ones, which are
 * longer, read alike: a field that is not there is zero, or null.
 *
 * Places are those of `generated/layout.ts`. Nothing is checked but what {@linkcode validate} cannot know: that a pointer is of the
 * type that the schema gives it, and that texts are UTF-8. Where it is not so, reading throws {@linkcode Malformed}.
 */
export class StructReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #data: number;
  readonly #dataBytes: number;
  readonly #pointers: number;
  readonly #pointerCount: number;

  /** @param pointerAt the byte of the struct's pointer; a null pointer is a struct of zeros */
  constructor(view: DataView, source: { readonly bytes: Uint8Array; readonly pointerAt: number }) {
    const { bytes, pointerAt } = source;
    const low = view.getInt32(pointerAt, true);
    const high = view.getUint32(pointerAt + 4, true);
    if ((low & 3) !== KIND.struct) throw new Malformed("a list in the place of a struct");
    this.#view = view;
    this.#bytes = bytes;
    this.#data = pointerAt + 8 + (low >> 2) * 8;
    this.#dataBytes = (high & 0xffff) * 8;
    this.#pointers = this.#data + this.#dataBytes;
    this.#pointerCount = high >>> 16;
  }

  /** The root of a message. */
  static root({ view, bytes, from }: Segment): StructReader {
    return new StructReader(view, { bytes, pointerAt: from });
  }

  bit(place: number): boolean {
    const byte = place >> 3;
    return byte < this.#dataBytes && (this.#view.getUint8(this.#data + byte) >> (place & 7) & 1) === 1;
  }

  uint16(place: number): number {
    return place + 2 <= this.#dataBytes ? this.#view.getUint16(this.#data + place, true) : 0;
  }

  uint32(place: number): number {
    return place + 4 <= this.#dataBytes ? this.#view.getUint32(this.#data + place, true) : 0;
  }

  /** A signed number of 64 bits, or an unsigned one below 2^63. Throws where JavaScript cannot hold it exactly. */
  integer(place: number): number {
    if (place + 8 > this.#dataBytes) return 0;
    const low = this.#view.getUint32(this.#data + place, true);
    const value = this.#view.getInt32(this.#data + place + 4, true) * 0x100000000 + low;
    if (!Number.isSafeInteger(value)) throw new Malformed("a number beyond 2^53");
    return value;
  }

  /** Whether a pointer is not null. */
  has(index: number): boolean {
    return this.#pointerAt(index) !== undefined;
  }

  /** A text; `undefined` where it is null. */
  text(index: number): string | undefined {
    const at = this.#pointerAt(index);
    return at === undefined ? undefined : this.#textAt(at);
  }

  /** Bytes, as a view of the message; `undefined` where they are null. */
  data(index: number): Uint8Array | undefined {
    const list = this.#list(index, ELEMENT.byte);
    return list && this.#bytes.subarray(list.at, list.at + list.count);
  }

  /** A list of texts, each "" where it is null; `undefined` where the list is. */
  texts(index: number): string[] | undefined {
    const list = this.#list(index, ELEMENT.pointer);
    if (!list) return undefined;
    return Array.from({ length: list.count }, (_, element) => {
      const at = list.at + element * 8;
      return this.#isNull(at) ? "" : this.#textAt(at);
    });
  }

  /** A list of unsigned numbers of 32 bits, empty where it is null. */
  uint32s(index: number): number[] {
    const { at, count } = this.#list(index, ELEMENT.fourBytes) ?? { at: 0, count: 0 };
    return Array.from({ length: count }, (_, element) => this.#view.getUint32(at + element * 4, true));
  }

  /** A struct; one of zeros where it is null. */
  struct(index: number): StructReader {
    const pointerAt = this.#pointerAt(index);
    return pointerAt === undefined
      ? new StructReader(NOTHING, { bytes: NO_BYTES, pointerAt: 0 })
      : new StructReader(this.#view, { bytes: this.#bytes, pointerAt });
  }

  /** The byte of a pointer that is there and not null. */
  #pointerAt(index: number): number | undefined {
    if (index >= this.#pointerCount) return undefined;
    const at = this.#pointers + index * 8;
    return this.#isNull(at) ? undefined : at;
  }

  #isNull(at: number): boolean {
    return this.#view.getUint32(at, true) === 0 && this.#view.getUint32(at + 4, true) === 0;
  }

  #list(index: number, element: number): ListAt | undefined {
    const at = this.#pointerAt(index);
    return at === undefined ? undefined : this.#listAt(at, element);
  }

  #listAt(pointerAt: number, element: number): ListAt {
    const low = this.#view.getInt32(pointerAt, true);
    const high = this.#view.getUint32(pointerAt + 4, true);
    if ((low & 3) !== KIND.list || (high & 7) !== element) {
      throw new Malformed("a pointer of another type than its field");
    }
    return { at: pointerAt + 8 + (low >> 2) * 8, count: high >>> 3 };
  }

  #textAt(pointerAt: number): string {
    const { at, count } = this.#listAt(pointerAt, ELEMENT.byte);
    const end = at + count - 1;
    if (count === 0 || this.#bytes[end] !== 0) throw new Malformed("a text without its final zero");
    return decodeText(this.#bytes.subarray(at, end));
  }
}

/** A null pointer. */
const NO_BYTES = new Uint8Array(8);
const NOTHING = new DataView(NO_BYTES.buffer);
