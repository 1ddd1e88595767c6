/** What a record weighs. */
import type { LogRecord, RecordHeaders } from "../../domain/log_record.ts";

/** What a record costs beside its own bytes, so that a million tiny ones are not free. */
const OVERHEAD_BYTES = 64;

/** About how many bytes a record takes: its key, value and headers, and 64 for itself. */
export function recordBytes({ key, value, headers }: LogRecord): number {
  let bytes = OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, content] of Object.entries(headers)) {
    if (content instanceof Uint8Array) bytes += name.length + content.length;
    else for (const one of content) bytes += name.length + one.length;
  }
  return bytes;
}

/** The record, with bytes of its own where it would otherwise keep a much larger buffer in memory. */
export function compact<R extends LogRecord>(record: R): R {
  const { value } = record;
  const headers = compactHeaders(record.headers);
  if (headers === record.headers && (value === null || !isSmallView(value))) return record;
  return { ...record, value: value && ownBytes(value), headers };
}

function compactHeaders(headers: RecordHeaders): RecordHeaders {
  const entries = Object.entries(headers);
  const small = entries.some(([, content]) =>
    content instanceof Uint8Array ? isSmallView(content) : content.some(isSmallView)
  );
  if (!small) return headers;
  return Object.fromEntries(
    entries.map(([name, content]) => [
      name,
      content instanceof Uint8Array ? ownBytes(content) : content.map(ownBytes),
    ]),
  );
}

function ownBytes(bytes: Uint8Array): Uint8Array {
  return isSmallView(bytes) ? bytes.slice() : bytes;
}

function isSmallView(bytes: Uint8Array): boolean {
  return bytes.buffer.byteLength > 2 * bytes.length + 1_024;
}
