/** The body of `publish`. */
import type { PublishFrame, RequestId } from "../domain/frame.ts";
import type { Payload } from "../domain/publication.ts";
import { isReservedHeader } from "../domain/record_names.ts";
import type { FrameFields, Problem } from "./frame_fields.ts";
import { excerpt } from "./plain_values.ts";
import { readTexts } from "./text_map.ts";

const MESSAGE_ID = /^[A-Za-z0-9_.:~-]{1,64}$/;
const HEADER_NAME = /^[a-z0-9-]{1,64}$/i;

/** How many headers a client may send, and how many bytes of UTF-8 each value may have. */
const HEADERS = { most: 32, valueBytes: 1024 };

const utf8 = new TextEncoder();

/** Reads a publish; what is wrong is told to `fields`. */
export function readPublish(
  fields: FrameFields,
  { id, payload }: { id: RequestId; payload: (fields: FrameFields) => Payload },
): PublishFrame {
  return {
    type: "publish",
    id,
    channel: fields.text("channel"),
    ...readMessageId(fields),
    payload: payload(fields),
    ...readTexts(fields, { name: "headers", expected: "an object of strings", most: HEADERS.most, judge }),
  };
}

/** Whether a text can name a message. */
export function isMessageId(text: string): boolean {
  return MESSAGE_ID.test(text);
}

function readMessageId(fields: FrameFields): Pick<PublishFrame, "messageId"> {
  const given = fields.optionalText("messageId");
  if (given.messageId === undefined || isMessageId(given.messageId)) return given;
  fields.refuse({ what: "messageId", got: given.messageId, expected: "1 to 64 of A-Z a-z 0-9 _ . : ~ -" });
  return {};
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
