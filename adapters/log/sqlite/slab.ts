/**
 * Records in a buffer, on both sides of the worker.
 *
 * A record is a head - two float64, and the lengths of key, value and headers as int32, -1 for null - and then their bytes. On the way to
 * the worker the first number is the id of the partition; on the way back the two are the offset and the time.
 */

/** The bytes of a record's head. */
export const HEAD_BYTES = 28;

/** A record, by the two numbers of its head. */
export interface SlabRecord {
  readonly first: number;
  readonly second: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Uint8Array | null;
}

/** The bytes that a record takes in a slab. */
export function slabBytes({ key, value, headers }: Omit<SlabRecord, "first" | "second">): number {
  return HEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + (headers?.length ?? 0);
}

/** The records of a slab; their bytes are views of it. */
export function* fromSlab(slab: ArrayBuffer): Generator<SlabRecord> {
  const view = new DataView(slab);
  for (let at = 0; at < slab.byteLength;) {
    let end = at + HEAD_BYTES;
    const part = (place: number) => {
      const length = view.getInt32(at + place);
      if (length < 0) return null;
      end += length;
      return new Uint8Array(slab, end - length, length);
    };
    const [first, second] = [view.getFloat64(at), view.getFloat64(at + 8)];
    yield { first, second, key: part(16), value: part(20), headers: part(24) };
    at = end;
  }
}

/** A slab of records that take so many bytes together. */
export function toSlab(records: readonly SlabRecord[], size: number): ArrayBuffer {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { first, second, key, value, headers } of records) {
    view.setFloat64(at, first);
    view.setFloat64(at + 8, second);
    let end = at + HEAD_BYTES;
    for (const [place, part] of [key, value, headers].entries()) {
      view.setInt32(at + 16 + place * 4, part?.length ?? -1);
      if (part) bytes.set(part, end);
      end += part?.length ?? 0;
    }
    at = end;
  }
  return bytes.buffer;
}
