/** A frame of a client, from Cap'n Proto. */
import { failure } from "../../domain/failure.ts";
import type { ClientFrame, Decoded, RequestId } from "../../domain/frame.ts";
import { MAX_JSON_DEPTH } from "../../domain/json_text.ts";
import type { Payload } from "../../domain/publication.ts";
import { FRAME_NAMES, readFrame } from "../client_frames.ts";
import type { FrameFields } from "../frame_fields.ts";
import {
  CLIENT_FRAME,
  CONNECT,
  HISTORY,
  ON_CHANNEL,
  PUBLISH,
  PUBLISH_PAYLOAD,
  REFRESH,
  SUBSCRIBE,
} from "../generated/layout.ts";
import { isMessageId } from "../publish_frame.ts";
import { readPayload, type Unreadable } from "./payload_union.ts";
import { StructReader } from "./struct_reader.ts";
import { fromPairs } from "./text_pairs.ts";
import type { Segment } from "./validate.ts";

/** The names of the union's members, by their tags. */
const NAMES = Object.entries(CLIENT_FRAME.which).toSorted((one, other) => one[1] - other[1]).map(([name]) =>
  name as keyof typeof CLIENT_FRAME.which
);

/** Stands where the payload was wrong: the frame is refused. */
const NOTHING: Payload = { kind: "json", text: "null" };

/**
 * The frame of a validated message, or why it is refused.
 *
 * @throws {Malformed} where a pointer is of another type than its field, or a text is not UTF-8
 */
export function decodeFrame(message: Segment): Decoded {
  const root = StructReader.root(message);
  const tag = root.uint16(CLIENT_FRAME.tag);
  const id: RequestId = root.uint32(CLIENT_FRAME.id) || undefined;
  const name = NAMES[tag];
  if (name === undefined || name === "none") return unknown(id, name ?? `union member ${tag}`);
  if (name !== "publish") return checked(name, { id, body: bodyOf(name, root) });
  const publish = root.struct(CLIENT_FRAME.publish);
  const payload = readPayload(publish, PUBLISH_PAYLOAD);
  return plainPublish(publish, { id, payload }) ?? checked(name, { id, body: publishBody(publish), payload });
}

function unknown(id: RequestId, got: string): Decoded {
  const detail = `Cannot tell what a frame with ${got} is: expected one of ${FRAME_NAMES}`;
  return { kind: "refused", id, failure: failure("unknown_frame", detail) };
}

/** The usual publish, which has nothing that needs to be checked further; `undefined` where it is not so plain. */
function plainPublish(
  publish: StructReader,
  { id, payload }: { id: RequestId; payload: Payload | null | Unreadable },
): Decoded | undefined {
  if (payload === null || typeof payload === "string") return undefined;
  const channel = publish.text(PUBLISH.channel);
  const messageId = publish.text(PUBLISH.messageId);
  if (channel === undefined || publish.has(PUBLISH.headers)) return undefined;
  if (messageId === undefined) return { kind: "frame", frame: { type: "publish", id, channel, payload } };
  if (!isMessageId(messageId)) return undefined;
  return { kind: "frame", frame: { type: "publish", id, channel, messageId, payload } };
}

/** A frame after the checks that all codecs share. */
function checked(
  name: ClientFrame["type"],
  { id, body, payload = null }: {
    id: RequestId;
    body: Readonly<Record<string, unknown>>;
    payload?: Payload | null | Unreadable;
  },
): Decoded {
  const frame = readFrame(name, { id, body, payload: (fields) => checkedPayload(fields, payload) });
  if (typeof frame !== "string") return { kind: "frame", frame };
  return { kind: "refused", id, failure: failure("bad_request", frame) };
}

function checkedPayload(fields: FrameFields, payload: Payload | null | Unreadable): Payload {
  if (payload !== null && typeof payload !== "string") return payload;
  if (payload === null) fields.refuse({ what: "payload", got: undefined, expected: "json, text or bytes" });
  else if (payload === "bad_json") {
    fields.refuse({
      what: "payload.json",
      got: `no JSON, or deeper than ${MAX_JSON_DEPTH} levels`,
      expected: "a JSON value",
    });
  } else fields.refuse({ what: "payload", got: "of an unknown kind", expected: "json, text or bytes" });
  return NOTHING;
}

function publishBody(publish: StructReader): Record<string, unknown> {
  return present({
    channel: publish.text(PUBLISH.channel),
    messageId: publish.text(PUBLISH.messageId),
    headers: pairs(publish.texts(PUBLISH.headers)),
  });
}

/** The fields of a frame as plain values, without those that are absent. */
function bodyOf(name: Exclude<ClientFrame["type"], "publish">, root: StructReader): Record<string, unknown> {
  if (name === "ping") return {};
  const body = root.struct(CLIENT_FRAME[name]);
  switch (name) {
    case "connect":
      return present({
        token: body.text(CONNECT.token),
        resume: body.text(CONNECT.resume),
        since: pairs(body.texts(CONNECT.since)),
        maxMessageBytes: body.uint32(CONNECT.maxMessageBytes) || undefined,
      });
    case "subscribe":
      return present({ channel: body.text(SUBSCRIBE.channel), since: body.text(SUBSCRIBE.since) });
    case "history":
      return present({
        channel: body.text(HISTORY.channel),
        limit: body.uint32(HISTORY.limit) || undefined,
        before: body.text(HISTORY.before),
      });
    case "unsubscribe":
    case "presence":
      return present({ channel: body.text(ON_CHANNEL.channel) });
    case "refresh":
      return present({ token: body.text(REFRESH.token) });
  }
}

/** @returns the list itself where it ends within a pair: it is refused as what it is */
function pairs(list: readonly string[] | undefined): unknown {
  return list && fromPairs(list);
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
