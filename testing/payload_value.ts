import type { Payload } from "../domain/publication.ts";

/**
 * A payload as a value: what its JSON says, its text, or its bytes; `null` for a tombstone. Numbers are JavaScript's: those over 2^53
 * lose digits here.
 */
export function payloadValue(payload: Payload | null): unknown {
  if (payload === null) return null;
  if (payload.kind === "bytes") return payload.bytes;
  return payload.kind === "json" ? JSON.parse(payload.text) : payload.text;
}

/**
 * The JSON of a value.
 *
 * @throws {TypeError} where JSON cannot say it
 */
export function jsonOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`Cannot write ${typeof value} as JSON: give a value, or null`);
  return text;
}
