/** Records of one log on their way to another. */
import type { StoredRecord } from "./log_record.ts";
import type { OutRecord } from "./out_record.ts";
import { HEADER, namesOf } from "./record_names.ts";

/** Where a copy goes. */
export interface CopyTo {
  /** Default: the topic that it is from. */
  readonly topic?: string;
  /** Names the log that it is from, where copies of several logs meet in a topic. Default: none. */
  readonly origin?: string;
}

/**
 * A copy of a record: key, value and headers. Where no message id is among these it gets one of its place in the log that it is from, so
 * that a copy that is made twice can be told: the gateway shows one of both, as far as its de-duplication looks back. The partition is
 * that of the key; name one where the topics have as many and those without a key are to stay in order.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { copyRecord, type StoredRecord } from "@tidegate/tidegate";
 *
 * const record: StoredRecord = { topic: "chat", partition: 2, offset: 7, time: 0, key: "lobby", value: null, headers: {} };
 * const copy = copyRecord(record, { topic: "archive", origin: "berlin" });
 * assertEquals(copy.topic, "archive");
 * assertEquals(copy.headers, { "tidegate-message-id": "berlin/chat/2/7" });
 * ```
 */
export function copyRecord(record: StoredRecord, to: CopyTo = {}): OutRecord {
  const { topic, partition, offset, key, value, headers } = record;
  const place = [...(to.origin === undefined ? [] : [to.origin]), topic, partition, offset].join("/");
  return {
    topic: to.topic ?? topic,
    key,
    value,
    headers: namesOf(record).messageId === undefined ? { ...headers, [HEADER.messageId]: place } : headers,
  };
}
