/** Kafka's encoding of a request. */

const utf8 = new TextEncoder();

/** Appends Kafka's primitive types, big-endian. */
export class WireWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** @param flexible whether strings and arrays are compact and structures end with tagged fields */
  constructor(readonly flexible: boolean) {}

  int8(value: number): this {
    const at = this.#room(1);
    this.#view.setInt8(at, value);
    return this;
  }

  int16(value: number): this {
    const at = this.#room(2);
    this.#view.setInt16(at, value);
    return this;
  }

  int32(value: number): this {
    const at = this.#room(4);
    this.#view.setInt32(at, value);
    return this;
  }

  /** A whole number of at most 53 bits. */
  int64(value: number): this {
    const at = this.#room(8);
    this.#view.setBigInt64(at, BigInt(value));
    return this;
  }

  /** A 64-bit number that was read as one. */
  bigint(value: bigint): this {
    const at = this.#room(8);
    this.#view.setBigInt64(at, value);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  /** 16 bytes. */
  uuid(value: Uint8Array): this {
    const at = this.#room(16);
    this.#bytes.set(value, at);
    return this;
  }

  string(value: string): this {
    const bytes = utf8.encode(value);
    if (this.flexible) this.varint(bytes.length + 1);
    else this.int16(bytes.length);
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  nullableString(value: string | null): this {
    if (value !== null) return this.string(value);
    return this.flexible ? this.varint(0) : this.int16(-1);
  }

  /** Bytes with their length. */
  sizedBytes(value: Uint8Array): this {
    if (this.flexible) this.varint(value.length + 1);
    else this.int32(value.length);
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  array<T>(items: readonly T[], each: (item: T) => void): this {
    if (this.flexible) this.varint(items.length + 1);
    else this.int32(items.length);
    for (const item of items) each(item);
    return this;
  }

  /** The end of a structure: no tagged fields. */
  end(): this {
    return this.flexible ? this.varint(0) : this;
  }

  /** An unsigned number in groups of seven bits. */
  varint(value: number): this {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#byte((rest & 127) | 128);
    return this.#byte(rest);
  }

  /** What was written. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at);
  }

  #byte(value: number): this {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
    return this;
  }

  /** Where the next `size` bytes go: asked before `#bytes` and `#view` are looked at, as they may be new ones then. */
  #room(size: number): number {
    const at = this.#at;
    this.#at += size;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
