/** The payload of a publish, from JSON. */
import type { Payload } from "../../domain/publication.ts";
import type { FrameFields } from "../frame_fields.ts";
import { rawMember } from "./raw_member.ts";

/** Stands where the payload was wrong: the frame is refused. */
const NOTHING: Payload = { kind: "json", text: "null" };

/**
 * The payload as the client wrote it; what is wrong is told to `fields`.
 *
 * @param line the whole line of the frame, valid JSON
 */
export function readJsonPayload(fields: FrameFields, line: string): Payload {
  const text = rawMember(line, ["publish", "payload"]);
  const isBytes = fields.has("payload64");
  if (text !== undefined && !isBytes) return { kind: "json", text };
  const bytes = isBytes && text === undefined ? fromBase64(fields.value("payload64")) : undefined;
  if (bytes) return { kind: "bytes", bytes };
  if (!isBytes) fields.refuse({ what: "payload", got: undefined, expected: "a JSON value, or payload64" });
  else {
    const expected = text === undefined ? "base64 with padding and no white space" : "to be alone, without payload";
    fields.refuse({ what: "payload64", got: fields.value("payload64"), expected });
  }
  return NOTHING;
}

function fromBase64(text: unknown): Uint8Array | undefined {
  // `fromBase64` skips white space, and that is all it is lenient about.
  if (typeof text !== "string" || /\s/.test(text)) return undefined;
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}
