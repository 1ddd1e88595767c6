/** The part of a record that does not depend on the batch that it goes in. */
import type { LogRecord } from "../../../domain/log_record.ts";
import { utf8Bytes } from "../../../domain/utf8.ts";

/** Key, value and headers of a record, encoded. The result is a copy. */
export function encodeTail(record: Pick<LogRecord, "key" | "value" | "headers">): Uint8Array {
  const key = record.key === null ? null : utf8Bytes(record.key);
  const headers: (readonly [name: Uint8Array, value: Uint8Array])[] = [];
  for (const [name, value] of Object.entries(record.headers)) {
    const encoded = utf8Bytes(name);
    for (const one of value instanceof Uint8Array ? [value] : value) headers.push([encoded, one]);
  }
  let size = sizedLength(key) + sizedLength(record.value) + varintLength(headers.length);
  for (const [name, value] of headers) size += sizedLength(name) + sizedLength(value);

  const bytes = new Uint8Array(size);
  let at = writeSized(bytes, 0, key);
  at = writeSized(bytes, at, record.value);
  at = writeVarint(bytes, at, headers.length);
  for (const [name, value] of headers) at = writeSized(bytes, writeSized(bytes, at, name), value);
  return bytes;
}

/** How many bytes a signed number takes in groups of seven bits, zigzag. */
export function varintLength(value: number): number {
  let rest = (value << 1 ^ value >> 31) >>> 0;
  let length = 1;
  while (rest > 127) {
    rest >>>= 7;
    length++;
  }
  return length;
}

/** Writes a signed number of at most 32 bits at `at`; returns where the next one goes. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = (value << 1 ^ value >> 31) >>> 0;
  let next = at;
  while (rest > 127) {
    bytes[next++] = rest & 127 | 128;
    rest >>>= 7;
  }
  bytes[next++] = rest;
  return next;
}

function sizedLength(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintLength(bytes.length) + bytes.length;
}

function writeSized(to: Uint8Array, at: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(to, at, -1);
  const start = writeVarint(to, at, bytes.length);
  to.set(bytes, start);
  return start + bytes.length;
}
