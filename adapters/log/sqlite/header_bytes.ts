/** Record headers as bytes: for each value the name's length, the name, the value's length and the value. */
import type { RecordHeaders } from "../../../domain/log_record.ts";

const utf8 = new TextEncoder();
const text = new TextDecoder();
const LENGTH_BYTES = 4;

/** The bytes of headers; none where there is no header. */
export function encodeHeaders(headers: RecordHeaders): Uint8Array<ArrayBuffer> {
  const pieces: { name: Uint8Array; value: Uint8Array }[] = [];
  let total = 0;
  for (const [header, content] of Object.entries(headers)) {
    const name = utf8.encode(header);
    for (const value of content instanceof Uint8Array ? [content] : content) {
      pieces.push({ name, value });
      total += 2 * LENGTH_BYTES + name.length + value.length;
    }
  }
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { name, value } of pieces) {
    for (const part of [name, value]) {
      view.setUint32(at, part.length);
      bytes.set(part, at + LENGTH_BYTES);
      at += LENGTH_BYTES + part.length;
    }
  }
  return bytes;
}

/** The headers of bytes that {@linkcode encodeHeaders} made; their values are views of the bytes. */
export function decodeHeaders(bytes: Uint8Array): RecordHeaders {
  const headers: Record<string, Uint8Array | Uint8Array[]> = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const next = () => {
    const start = at + LENGTH_BYTES;
    at = start + view.getUint32(at);
    return bytes.subarray(start, at);
  };
  while (at < bytes.length) {
    const name = text.decode(next());
    const value = next();
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    const content = before === undefined ? value : [...(before instanceof Uint8Array ? [before] : before), value];
    // Not an assignment: a header may be called `__proto__`.
    Object.defineProperty(headers, name, { value: content, enumerable: true, configurable: true, writable: true });
  }
  return headers;
}
