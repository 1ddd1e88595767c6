/** This side of the worker: records of the log in buffers that cross to it and back without being copied. */
import type { LogRecord, StoredRecord, TopicPartition } from "../../../domain/log_record.ts";
import { decodeHeaders, encodeHeaders } from "./header_bytes.ts";
import { fromSlab, slabBytes, toSlab } from "./slab.ts";

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The slab of records, each for the partition of an id. */
export function writeSlab(items: readonly { readonly ref: number; readonly record: LogRecord }[]): ArrayBuffer {
  let size = 0;
  const records = items.map(({ ref, record: { key, value, headers } }) => {
    const written = {
      first: ref,
      second: 0,
      key: key === null ? null : utf8.encode(key),
      value,
      headers: encodeHeaders(headers),
    };
    size += slabBytes(written);
    return written;
  });
  return toSlab(records, size);
}

/** The records of a slab that was read from one partition; their bytes are views of the slab. */
export function readSlab(slab: ArrayBuffer, { topic, partition }: TopicPartition): StoredRecord[] {
  return Array.from(fromSlab(slab), ({ first, second, key, value, headers }) => ({
    topic,
    partition,
    offset: first,
    time: second,
    key: key && text.decode(key),
    value,
    headers: headers ? decodeHeaders(headers) : {},
  }));
}
