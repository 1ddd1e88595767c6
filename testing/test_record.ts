import type { StoredRecord } from "../domain/log_record.ts";
import { jsonOf } from "./payload_value.ts";

/** What a test says of a record; the rest has defaults. */
export interface TestRecordFields extends Partial<Omit<StoredRecord, "value" | "headers">> {
  /** The value as JSON; instead of `text` and `value`. */
  readonly json?: unknown;
  /** The value as text, in UTF-8; instead of `value`. */
  readonly text?: string;
  /** The value; `null`, a tombstone, where nothing is said. */
  readonly value?: Uint8Array | null;
  /** Headers, in UTF-8. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

const utf8 = new TextEncoder();

/**
 * A record as a source reads it: for the pipelines of stream jobs.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { testRecord } from "@tidegate/tidegate/testing";
 *
 * const record = testRecord({ topic: "orders", key: "7", json: { total: 12 } });
 * assertEquals(new TextDecoder().decode(record.value!), '{"total":12}');
 * assertEquals([record.partition, record.offset], [0, 0]);
 * ```
 */
export function testRecord(fields: TestRecordFields = {}): StoredRecord {
  const { topic = "test", partition = 0, offset = 0, time = 0, key = null, headers = {} } = fields;
  const text = fields.json === undefined ? fields.text : jsonOf(fields.json);
  return {
    topic,
    partition,
    offset,
    time,
    key,
    value: text === undefined ? fields.value ?? null : utf8.encode(text),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, utf8.encode(value)])),
  };
}
