import type { Disconnect } from "../../domain/disconnect.ts";

/** The largest reason that a close frame holds. */
const MAX_BYTES = 123;

const encoder = new TextEncoder();

/** The reason text of a close frame: `name` or `name: detail`, cut to 123 bytes of UTF-8 between two characters. */
export function closeReason(disconnect: Disconnect): string {
  const reason = disconnect.detail === undefined ? disconnect.name : `${disconnect.name}: ${disconnect.detail}`;
  return reason.slice(0, encoder.encodeInto(reason, new Uint8Array(MAX_BYTES)).read);
}
