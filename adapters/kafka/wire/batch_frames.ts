/** Where the record batches of a fetched partition begin and end, and what their headers say. */
import { WireError } from "./reader.ts";

/** How many bytes of a batch come before its records. */
export const HEADER_BYTES = 61;
/** How many bytes come before, and with, the length field. */
const FRAME_BYTES = 12;
const MAGIC_AT = 16;

const COMPRESSION = 0x07;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** One whole batch. */
export interface BatchFrame {
  readonly bytes: Uint8Array;
  /** The first offset that it covers. */
  readonly start: number;
  /** The offset after the last one. */
  readonly end: number;
  /** The epoch of the leader that wrote it; -1 where it does not say. */
  readonly epoch: number;
  /** How many records it says to have. */
  readonly records: number;
}

/**
 * The whole batches in offset order: the last one of a response may be cut short. Throws {@linkcode WireError} where they
 * cannot be told apart.
 */
export function* batchFrames(bytes: Uint8Array): Generator<BatchFrame> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, after = 0; at + FRAME_BYTES + 5 <= bytes.length;) {
    const start = Number(view.getBigInt64(at));
    const size = FRAME_BYTES + view.getInt32(at + 8);
    const old = view.getInt8(at + MAGIC_AT) < 2;
    const sound = start >= after && size >= (old ? FRAME_BYTES + 5 : HEADER_BYTES);
    if (sound && at + size > bytes.length) return;
    const end = sound ? start + (old ? 0 : view.getInt32(at + 23)) + 1 : 0;
    if (!sound || end <= start || !Number.isSafeInteger(end)) {
      throw new WireError(`Cannot tell record batches apart after offset ${after}: offset ${start} with ${size} bytes`);
    }
    const whole = bytes.subarray(at, at + size);
    yield old
      ? { bytes: whole, start, end, epoch: -1, records: 1 }
      : { bytes: whole, start, end, epoch: view.getInt32(at + 12), records: Math.max(0, view.getInt32(at + 57)) };
    after = end;
    at += size;
  }
}

/** What its header says. */
export interface BatchHeader {
  /** How its records are compressed: 0 not, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly codec: number;
  /** The time of every record in it, where the broker set it; else `undefined`. */
  readonly appendTime: number | undefined;
  readonly baseTime: number;
  readonly producer: bigint;
  readonly transactional: boolean;
  /** Whether its record is a marker of a transaction's end. */
  readonly control: boolean;
}

/** Reads the header; throws {@linkcode WireError} on a format that is older than Kafka 0.11's. */
export function readHeader(bytes: Uint8Array): BatchHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getInt8(MAGIC_AT) < 2) throw new WireError("Cannot read a batch in a format older than Kafka 0.11's");
  const attributes = view.getInt16(21);
  return {
    codec: attributes & COMPRESSION,
    appendTime: attributes & APPEND_TIME ? Number(view.getBigInt64(35)) : undefined,
    baseTime: Number(view.getBigInt64(27)),
    producer: view.getBigInt64(43),
    transactional: (attributes & TRANSACTIONAL) !== 0,
    control: (attributes & CONTROL) !== 0,
  };
}
