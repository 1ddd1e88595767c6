/** Writes a record batch, in the format since Kafka 0.11. */
import { crc32c } from "./crc32c.ts";
import { varintLength, writeVarint } from "./record_tail.ts";

/** How many bytes of a batch come before its records. */
export const BATCH_OVERHEAD = 61;
/** At most so many bytes of a record come before its {@linkcode encodeTail tail}. */
export const RECORD_OVERHEAD = 12;

const MAGIC = 2;
const TRANSACTIONAL = 0x10;
const CRC_AT = 17;
const CHECKED_FROM = 21;

/** What a batch says of itself. */
export interface BatchToWrite {
  /** Each made by {@linkcode encodeTail}; at least one. */
  readonly tails: readonly Uint8Array[];
  readonly producer: { readonly id: bigint; readonly epoch: number };
  /** The number of the first record in what this producer wrote to the partition. */
  readonly sequence: number;
  /** Milliseconds since 1970, of every record. */
  readonly time: number;
  /** Whether it is part of a transaction of its producer. */
  readonly transactional?: boolean;
}

/** How many bytes the batch takes. */
export function batchLength({ tails }: Pick<BatchToWrite, "tails">): number {
  return tails.reduce((sum, tail, at) => {
    const body = bodyLength(tail, at);
    return sum + varintLength(body) + body;
  }, BATCH_OVERHEAD);
}

/** Writes the batch, not compressed, at `start`; returns where it ends. `bytes` must have the room. */
export function writeBatch(bytes: Uint8Array, start: number, batch: BatchToWrite): number {
  const { tails, producer, sequence, time } = batch;
  let at = start + BATCH_OVERHEAD;
  tails.forEach((tail, delta) => {
    at = writeVarint(bytes, at, bodyLength(tail, delta));
    bytes[at++] = 0;
    bytes[at++] = 0;
    at = writeVarint(bytes, at, delta);
    bytes.set(tail, at);
    at += tail.length;
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, at - start);
  view.setBigInt64(0, 0n);
  view.setInt32(8, view.byteLength - 12);
  view.setInt32(12, -1);
  view.setInt8(16, MAGIC);
  view.setInt16(21, batch.transactional ? TRANSACTIONAL : 0);
  view.setInt32(23, tails.length - 1);
  view.setBigInt64(27, BigInt(time));
  view.setBigInt64(35, BigInt(time));
  view.setBigInt64(43, producer.id);
  view.setInt16(51, producer.epoch);
  view.setInt32(53, sequence);
  view.setInt32(57, tails.length);
  view.setUint32(CRC_AT, crc32c(bytes.subarray(start, at), CHECKED_FROM));
  return at;
}

/** Attributes, a time delta of 0, the offset delta, and the tail. */
function bodyLength(tail: Uint8Array, delta: number): number {
  return 2 + varintLength(delta) + tail.length;
}
