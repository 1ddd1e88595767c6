/** A place in a channel, as text that is opaque to clients. */
import type { StoredRecord } from "./log_record.ts";

/** Everything up to and including a record was seen. */
export interface Cursor {
  /** The partition count of the topic when the cursor was made. */
  readonly partitions: number;
  /** The channel's partition, from 0. */
  readonly partition: number;
  /** The offset of the last record that was seen; -1 where the partition had none yet. */
  readonly offset: number;
  /** Of a record that became several publications, how many of them were seen; 0 where all were. */
  readonly index: number;
  /** {@linkcode recordCheck} of that record; 0 where no record of the partition was known. */
  readonly check: number;
}

const CURSOR =
  /^1\.([1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(-1|0|[1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,8})\.([0-9a-z]{1,7})$/;

/**
 * The text of a cursor: at most 64 of `0-9 a-z . -`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatCursor, parseCursor } from "@tidegate/tidegate";
 *
 * const cursor = { partitions: 6, partition: 2, offset: 1842, index: 0, check: 1234567 };
 * assertEquals(parseCursor(formatCursor(cursor)), cursor);
 * ```
 */
export function formatCursor(cursor: Cursor): string {
  const { partitions, partition, offset, index, check } = cursor;
  return `1.${partitions}.${partition}.${offset}.${index}.${check.toString(36)}`;
}

/** The cursor that a text says; `undefined` where it is not one. */
export function parseCursor(text: string): Cursor | undefined {
  const match = CURSOR.exec(text);
  if (!match) return undefined;
  const [partitions, partition, offset, index] = match.slice(1, 5).map(Number) as [number, number, number, number];
  const check = parseInt(match[5]!, 36);
  if (partition >= partitions || !Number.isSafeInteger(offset) || check > 0xffffffff) return undefined;
  return { partitions, partition, offset, index, check };
}

/** The text of the cursor after a record, or after an offset whose record is not known. */
export function cursorOf(
  seen: {
    partitions: number;
    partition: number;
    offset: number;
    record: Pick<StoredRecord, "time" | "key"> | undefined;
    /** How many of the record's publications were seen; 0, the default, where all were. */
    index?: number;
  },
): string {
  const { record, index = 0, ...place } = seen;
  return formatCursor({ ...place, index, check: record ? recordCheck(record) : 0 });
}

/** What tells one record from another at the same offset: 1 to 2^32-1, of its timestamp and key. */
export function recordCheck(record: Pick<StoredRecord, "time" | "key">): number {
  // FNV-1a over the timestamp and the key's UTF-16 code units: it guards against accidents, not against attackers.
  let hash = 0x811c9dc5;
  const mix = (value: number) => {
    hash = Math.imul(hash ^ value, 0x01000193);
  };
  mix(record.time & 0xffff);
  mix((record.time / 0x10000) & 0xffff);
  mix(Math.floor(record.time / 0x100000000));
  if (record.key !== null) {
    for (let at = 0; at < record.key.length; at++) mix(record.key.charCodeAt(at));
  }
  return (hash >>> 0) || 1;
}
