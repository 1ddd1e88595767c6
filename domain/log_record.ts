/** The words of the log: what is appended to it, and what is read from it. */

/**
 * Record headers by name, in the shape that Kafka clients use: bytes, or several where a header repeats.
 * Never mutate one.
 */
export type RecordHeaders = Readonly<Record<string, Uint8Array | readonly Uint8Array[]>>;

/** One partition of a topic. */
export interface TopicPartition {
  /** The topic's name. */
  readonly topic: string;
  /** 0 to the topic's partition count less one. */
  readonly partition: number;
}

/** A record that is to be appended. */
export interface LogRecord extends TopicPartition {
  /** The record's key, UTF-8 in the log. */
  readonly key: string | null;
  /** The record's value; `null` is a tombstone. Never mutate it. */
  readonly value: Uint8Array | null;
  /** What goes with the value, by name. */
  readonly headers: RecordHeaders;
}

/** A record as it was read from the log. */
export interface StoredRecord extends LogRecord {
  /** The record's place in its partition, from 0, with holes; below 2^53. */
  readonly offset: number;
  /** The record's timestamp, in milliseconds since 1970; -1 where the log has none. */
  readonly time: number;
}

const utf8 = new TextDecoder();

/** The text of a header, the last one where it repeats; `undefined` where it is absent. Bad UTF-8 reads as U+FFFD. */
export function headerText(headers: RecordHeaders, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return undefined;
  const bytes = value instanceof Uint8Array ? value : value.at(-1);
  return bytes && utf8.decode(bytes);
}
