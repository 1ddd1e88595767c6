/** Writes Kafka's record batches, as a producer and a broker would. */
import { gzipSync } from "node:zlib";

/** One record of a batch. */
export interface BuiltRecord {
  /** Added to the batch's first offset. */
  readonly delta: number;
  readonly key?: string;
  readonly value?: string;
  readonly headers?: readonly (readonly [string, string | null])[];
  /** Added to the batch's time. */
  readonly timeDelta?: number;
}

/** A batch. */
export interface BuiltBatch {
  readonly start: number;
  readonly records: readonly BuiltRecord[];
  /** Default: the last record's. */
  readonly lastDelta?: number;
  readonly epoch?: number;
  readonly time?: number;
  /** The time of the newest record; with `appendTime` that of all. */
  readonly maxTime?: number;
  readonly appendTime?: boolean;
  readonly producer?: bigint;
  readonly transactional?: boolean;
  readonly control?: boolean;
  /** 1 is written as gzip; any other number is only claimed. */
  readonly codec?: number;
  readonly magic?: number;
}

const utf8 = new TextEncoder();

/** The bytes of a batch. */
export function buildBatch(batch: BuiltBatch): Uint8Array {
  const plain = new Uint8Array(batch.records.flatMap((record) => {
    const body = recordBody(record);
    return [...zigzag(body.length), ...body];
  }));
  const body = batch.codec === 1 ? new Uint8Array(gzipSync(plain)) : plain;
  const bytes = new Uint8Array(61 + body.length);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt(batch.start));
  view.setInt32(8, bytes.length - 12);
  view.setInt32(12, batch.epoch ?? 0);
  view.setInt8(16, batch.magic ?? 2);
  const flags = (batch.codec ?? 0) | (batch.appendTime ? 8 : 0) | (batch.transactional ? 16 : 0) |
    (batch.control ? 32 : 0);
  view.setInt16(21, flags);
  view.setInt32(23, batch.lastDelta ?? batch.records.at(-1)?.delta ?? 0);
  view.setBigInt64(27, BigInt(batch.time ?? 1_000));
  view.setBigInt64(35, BigInt(batch.maxTime ?? batch.time ?? 1_000));
  view.setBigInt64(43, batch.producer ?? -1n);
  view.setInt32(57, batch.records.length);
  bytes.set(body, 61);
  return bytes;
}

/** Pieces one after the other. */
export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

function recordBody(record: BuiltRecord): number[] {
  const headers = record.headers ?? [];
  return [
    0,
    ...zigzag(record.timeDelta ?? 0),
    ...zigzag(record.delta),
    ...sized(record.key),
    ...sized(record.value),
    ...zigzag(headers.length),
    ...headers.flatMap(([name, value]) => [...sized(name), ...sized(value ?? undefined)]),
  ];
}

function sized(text: string | undefined): number[] {
  if (text === undefined) return zigzag(-1);
  const bytes = utf8.encode(text);
  return [...zigzag(bytes.length), ...bytes];
}

function zigzag(value: number): number[] {
  let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}
