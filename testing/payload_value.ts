import type { Payload } from "../domain/publication.ts";

/** What JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * A payload as a value: what its JSON says, its text, or its bytes; `null` for a tombstone. Numbers are JavaScript's: those over 2^53
 * lose digits here.
 */
export function payloadValue(payload: Payload | null): JsonValue | Uint8Array {
  if (payload === null) return null;
  if (payload.kind === "bytes") return payload.bytes;
  return payload.kind === "json" ? JSON.parse(payload.text) as JsonValue : payload.text;
}
