/** The payload, as each struct that has one holds it: a union of none, JSON, a text and bytes. */
import { normaliseJson } from "../../domain/json_text.ts";
import type { Payload } from "../../domain/publication.ts";
import type { StructWriter } from "./message_writer.ts";
import type { StructReader } from "./struct_reader.ts";

/** The layout of a group `payload`. */
export interface PayloadLayout {
  readonly tag: number;
  readonly which: { readonly none: number; readonly json: number; readonly text: number; readonly bytes: number };
  readonly json: number;
  readonly text: number;
  readonly bytes: number;
}

/** Writes a payload; `null` is none. */
export function writePayload(
  payload: Payload | null,
  { struct, layout }: { struct: StructWriter; layout: PayloadLayout },
): void {
  // None is zero.
  if (payload === null) return;
  struct.uint16(layout.tag, layout.which[payload.kind]);
  if (payload.kind === "json") struct.text(layout.json, payload.text);
  else if (payload.kind === "text") struct.text(layout.text, payload.text);
  else struct.data(layout.bytes, payload.bytes);
}

/** A payload that cannot be taken, and why. */
export type Unreadable = "bad_json" | "unknown_kind";

/** Reads a payload; bytes are a view of the message. JSON is checked, and put on one line. */
export function readPayload(struct: StructReader, layout: PayloadLayout): Payload | null | Unreadable {
  const { which } = layout;
  switch (struct.uint16(layout.tag)) {
    case which.none:
      return null;
    case which.json: {
      const text = normaliseJson(struct.text(layout.json) ?? "");
      return text === undefined ? "bad_json" : { kind: "json", text };
    }
    case which.text:
      return { kind: "text", text: struct.text(layout.text) ?? "" };
    case which.bytes:
      return { kind: "bytes", bytes: struct.data(layout.bytes) ?? new Uint8Array() };
    default:
      return "unknown_kind";
  }
}
