/** The body of `publish`, from JSON. */
import type { PublishFrame, RequestId } from "../../domain/frame.ts";
import type { Payload } from "../../domain/publication.ts";
import { isReservedHeader } from "../../domain/record_names.ts";
import type { FrameFields, Problem } from "./frame_fields.ts";
import { excerpt } from "./json_values.ts";
import { rawMember } from "./raw_member.ts";
import { readTexts } from "./text_map.ts";

const MESSAGE_ID = /^[A-Za-z0-9_.:~-]{1,64}$/;
const HEADER_NAME = /^[a-z0-9-]{1,64}$/i;

/** How many headers a client may send, and how many bytes of UTF-8 each value may have. */
const HEADERS = { most: 32, valueBytes: 1024 };

/** Stands where the payload was wrong: the frame is refused. */
const NOTHING: Payload = { kind: "json", text: "null" };
const utf8 = new TextEncoder();

/** Reads a publish; what is wrong is told to `fields`. */
export function readPublish(fields: FrameFields, { id, line }: { id: RequestId; line: string }): PublishFrame {
  return {
    type: "publish",
    id,
    channel: fields.text("channel"),
    ...readMessageId(fields),
    payload: readPayload(fields, line),
    ...readTexts(fields, { name: "headers", expected: "an object of strings", most: HEADERS.most, judge }),
  };
}

function readMessageId(fields: FrameFields): Pick<PublishFrame, "messageId"> {
  const given = fields.optionalText("messageId");
  if (given.messageId === undefined || MESSAGE_ID.test(given.messageId)) return given;
  fields.refuse({ what: "messageId", got: given.messageId, expected: "1 to 64 of A-Z a-z 0-9 _ . : ~ -" });
  return {};
}

function readPayload(fields: FrameFields, line: string): Payload {
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

function judge(name: string, text: string): Problem | undefined {
  if (!HEADER_NAME.test(name)) {
    return { what: "the name of a header", got: name, expected: "1 to 64 of A-Z a-z 0-9 -" };
  }
  const what = `headers[${excerpt(name)}]`;
  if (isReservedHeader(name)) {
    return { what: "the name of a header", got: name, expected: "neither tidegate-* nor content-type" };
  }
  if (!text.isWellFormed()) return { what, got: text, expected: "Unicode without half of a surrogate pair" };
  // A code unit takes at least one byte: what is too long anyway is not encoded to be measured.
  const bytes = text.length > HEADERS.valueBytes ? text.length : utf8.encode(text).length;
  return bytes > HEADERS.valueBytes ? { what, got: text, expected: `at most ${HEADERS.valueBytes} bytes` } : undefined;
}
