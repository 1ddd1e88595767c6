/** Kafka's encoding of a response, of record batches and of records. */

const utf8 = new TextDecoder();

/** Bytes that end, or do not say, what their type needs. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** Reads Kafka's primitive types, big-endian. Throws {@linkcode WireError} at the end of the bytes. */
export class WireReader {
  readonly #view: DataView;
  #at = 0;

  /** @param flexible whether strings and arrays are compact and structures end with tagged fields */
  constructor(readonly bytes: Uint8Array, readonly flexible = false) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#at;
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.bytes.length - this.#at;
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  /** A 64-bit number that is used as one of at most 53 bits: offsets and times. */
  int64(): number {
    const at = this.#take(8);
    return this.#view.getInt32(at) * 0x1_0000_0000 + this.#view.getUint32(at + 4);
  }

  /** A 64-bit number that is only compared. */
  bigint(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  /** The next bytes, not copied. */
  slice(size: number): Uint8Array {
    const at = this.#take(size);
    return this.bytes.subarray(at, at + size);
  }

  /** A string; `null` where it is null. */
  nullableString(): string | null {
    const size = this.flexible ? this.varint() - 1 : this.int16();
    return size < 0 ? null : utf8.decode(this.slice(size));
  }

  string(): string {
    return this.nullableString() ?? "";
  }

  /** Bytes with their length; empty where they are null. Not copied. */
  sizedBytes(): Uint8Array {
    const size = this.flexible ? this.varint() - 1 : this.int32();
    return this.slice(Math.max(0, size));
  }

  /** An array; empty where it is null. */
  array<T>(each: () => T): T[] {
    const length = this.flexible ? this.varint() - 1 : this.int32();
    // Every element takes a byte or more: a length that cannot be is refused before anything is allocated.
    if (length > this.remaining) throw new WireError(`Cannot read ${length} elements from ${this.remaining} bytes`);
    const items: T[] = [];
    for (let at = 0; at < length; at++) items.push(each());
    return items;
  }

  /** The end of a structure: gives each tagged field to `field`. */
  end(field?: (tag: number, value: WireReader) => void): void {
    if (!this.flexible) return;
    for (let left = this.varint(); left > 0; left--) {
      const tag = this.varint();
      const value = this.slice(this.varint());
      field?.(tag, new WireReader(value, true));
    }
  }

  /** An unsigned number in groups of seven bits, at most 32 bits. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#view.getUint8(this.#take(1));
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
    throw new WireError("Cannot read a varint: expected at most 5 bytes");
  }

  /** A signed number in groups of seven bits, zigzag. */
  signedVarint(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A signed number of up to 64 bits in groups of seven bits, zigzag; exact up to 53. */
  signedVarlong(): number {
    let value = 0;
    let scale = 1;
    for (let size = 0; size < 10; size++) {
      const byte = this.#view.getUint8(this.#take(1));
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new WireError("Cannot read a varlong: expected at most 10 bytes");
  }

  #take(size: number): number {
    const at = this.#at;
    if (size < 0 || size > this.bytes.length - at) {
      throw new WireError(`Cannot read ${size} bytes: expected at most ${this.bytes.length - at}`);
    }
    this.#at = at + size;
    return at;
  }
}
