/** One record of a batch. */
import type { RecordHeaders, StoredRecord, TopicPartition } from "../../../domain/log_record.ts";
import type { WireReader } from "./reader.ts";

/** What the records of a batch have in common. */
export interface RecordContext extends TopicPartition {
  readonly baseOffset: number;
  readonly baseTime: number;
  /** The time of every record, where the broker set it; else `undefined`. */
  readonly appendTime: number | undefined;
}

/** Where a record is, and its key, before the rest of it is looked at. */
export interface RecordHead {
  readonly offset: number;
  readonly time: number;
  readonly key: string | null;
}

const NO_HEADERS: RecordHeaders = Object.freeze({});
const NO_BYTES = new Uint8Array();
// A byte order mark belongs to the text: two keys that differ in one are two keys.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads offset, time and key; the reader stands at the value then. */
export function readHead(from: WireReader, context: RecordContext): RecordHead {
  from.int8();
  const time = context.appendTime ?? context.baseTime + from.signedVarlong();
  if (context.appendTime !== undefined) from.signedVarlong();
  const offset = context.baseOffset + from.signedVarint();
  const key = readBytes(from);
  return { offset, time, key: key && utf8.decode(key) };
}

/** Reads value and headers: views of the reader's bytes. */
export function readRest(from: WireReader, { topic, partition }: TopicPartition, head: RecordHead): StoredRecord {
  const { offset, time, key } = head;
  const value = readBytes(from);
  return { topic, partition, offset, time, key, value, headers: readHeaders(from) };
}

function readBytes(from: WireReader): Uint8Array | null {
  const size = from.signedVarint();
  return size < 0 ? null : from.slice(size);
}

function readHeaders(from: WireReader): RecordHeaders {
  const count = from.signedVarint();
  if (count <= 0) return NO_HEADERS;
  const headers = new Map<string, Uint8Array | Uint8Array[]>();
  for (let at = 0; at < count; at++) {
    const name = utf8.decode(readBytes(from) ?? NO_BYTES);
    const value = readBytes(from) ?? NO_BYTES;
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (before instanceof Uint8Array) headers.set(name, [before, value]);
    else before.push(value);
  }
  // Not by assignment: a header may be named __proto__.
  return Object.fromEntries(headers);
}
