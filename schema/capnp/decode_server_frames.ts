/** Frames of the server, from Cap'n Proto: for clients. */
import type { Channel } from "../../domain/channel.ts";
import type { FailureCode } from "../../domain/failure.ts";
import type { ServerFrame } from "../../domain/frame.ts";
import type { Publication } from "../../domain/publication.ts";
import {
  CONNECTED,
  DRAINING,
  FAILURE,
  GAP,
  HISTORY_PAGE,
  PRESENCE_CHANGE,
  PRESENCE_LIST,
  PUBLICATION,
  PUBLICATION_PAYLOAD,
  PUBLISHED,
  REFRESHED,
  SERVER_FRAME,
  SKIPPED,
  SUBSCRIBED,
  UNSUBSCRIBED,
} from "../generated/layout.ts";
import { allMessages } from "./framing.ts";
import { Malformed } from "./malformed.ts";
import { readPayload } from "./payload_union.ts";
import { RETRIES } from "./retries.ts";
import { StructReader } from "./struct_reader.ts";
import { fromPairs } from "./text_pairs.ts";

/**
 * The frames of one WebSocket message, in order. Union members that this version does not know are left out. Throws where the bytes are
 * no frames; the message says why.
 */
export function decodeServerFrames(message: Uint8Array): ServerFrame[] {
  return allMessages(message).map((segment) => readFrame(StructReader.root(segment))).filter((frame) =>
    frame !== undefined
  );
}

function readFrame(root: StructReader): ServerFrame | undefined {
  const { which } = SERVER_FRAME;
  const id = root.uint32(SERVER_FRAME.id) || undefined;
  switch (root.uint16(SERVER_FRAME.tag)) {
    case which.publication:
      return { type: "publication", publication: readPublication(root.struct(SERVER_FRAME.publication)) };
    case which.published: {
      const body = root.struct(SERVER_FRAME.published);
      return {
        type: "published",
        id,
        channel: text(body, PUBLISHED.channel),
        partition: body.uint32(PUBLISHED.partition),
        offset: body.integer(PUBLISHED.offset),
        duplicate: body.bit(PUBLISHED.duplicate),
      };
    }
    case which.subscribed:
      return { type: "subscribed", id, ...readSubscribed(root) };
    case which.unsubscribed: {
      const body = root.struct(SERVER_FRAME.unsubscribed);
      const reason = optional("reason", body.text(UNSUBSCRIBED.reason));
      return { type: "unsubscribed", id, channel: text(body, UNSUBSCRIBED.channel), ...reason };
    }
    case which.history:
      return readHistory(root.struct(SERVER_FRAME.history), id);
    case which.presence:
      return readPresence(root.struct(SERVER_FRAME.presence), id);
    case which.pong:
      return { type: "pong", id };
    case which.error:
      return readError(root.struct(SERVER_FRAME.error), id);
    case which.connected:
      return readConnected(root.struct(SERVER_FRAME.connected));
    case which.gap: {
      const body = root.struct(SERVER_FRAME.gap);
      const [channel, cursor, reason] = [text(body, GAP.channel), text(body, GAP.cursor), text(body, GAP.reason)];
      return { type: "gap", channel, cursor, reason };
    }
    case which.draining: {
      const reconnectAfterMs = root.struct(SERVER_FRAME.draining).uint32(DRAINING.reconnectAfterMs);
      return { type: "draining", reconnectAfterMs };
    }
    case which.skipped: {
      const body = root.struct(SERVER_FRAME.skipped);
      const count = body.uint32(SKIPPED.count);
      return { type: "skipped", channel: text(body, SKIPPED.channel), count, cursor: text(body, SKIPPED.cursor) };
    }
    case which.joined:
      return { type: "joined", ...readPresenceChange(root.struct(SERVER_FRAME.joined)) };
    case which.left:
      return { type: "left", ...readPresenceChange(root.struct(SERVER_FRAME.left)) };
    case which.refreshed: {
      const expiresAt = root.struct(SERVER_FRAME.refreshed).integer(REFRESHED.expiresAt) || undefined;
      return { type: "refreshed", id, ...optional("expiresAt", expiresAt) };
    }
    default:
      return undefined;
  }
}

function readPublication(body: StructReader): Publication {
  const payload = readPayload(body, PUBLICATION_PAYLOAD);
  if (typeof payload === "string") throw new Malformed(`a publication's payload: ${payload}`);
  const headers = body.texts(PUBLICATION.headers);
  return {
    channel: text(body, PUBLICATION.channel) as Channel,
    cursor: text(body, PUBLICATION.cursor),
    ...optional("sender", body.text(PUBLICATION.sender)),
    ...optional("messageId", body.text(PUBLICATION.messageId)),
    time: body.integer(PUBLICATION.time),
    payload,
    ...optional("headers", headers && fromPairs(headers) as Readonly<Record<string, string>>),
    ...optional("to", body.text(PUBLICATION.to) as Channel | undefined),
  };
}

function readSubscribed(root: StructReader) {
  const body = root.struct(SERVER_FRAME.subscribed);
  return {
    channel: text(body, SUBSCRIBED.channel),
    cursor: text(body, SUBSCRIBED.cursor),
    recovered: body.bit(SUBSCRIBED.recovered),
    ...optional("reason", body.text(SUBSCRIBED.reason)),
  };
}

function readHistory(body: StructReader, id: number | undefined): ServerFrame {
  const frames = decodeServerFrames(body.data(HISTORY_PAGE.publications) ?? new Uint8Array());
  return {
    type: "history",
    id,
    channel: text(body, HISTORY_PAGE.channel),
    publications: frames.filter((frame) => frame.type === "publication").map(({ publication }) => publication),
    more: body.bit(HISTORY_PAGE.more),
    cursor: text(body, HISTORY_PAGE.cursor),
  };
}

function readPresence(body: StructReader, id: number | undefined): ServerFrame {
  const sessions = body.uint32s(PRESENCE_LIST.sessions);
  const users = (body.texts(PRESENCE_LIST.users) ?? []).map((user, at) => ({ user, sessions: sessions[at] ?? 0 }));
  return { type: "presence", id, channel: text(body, PRESENCE_LIST.channel), users };
}

function readPresenceChange(body: StructReader) {
  return { channel: text(body, PRESENCE_CHANGE.channel), user: text(body, PRESENCE_CHANGE.user) };
}

function readError(body: StructReader, id: number | undefined): ServerFrame {
  const failure = {
    // The codes of a newer gateway are among them.
    code: text(body, FAILURE.code) as FailureCode,
    message: text(body, FAILURE.message),
    retry: RETRIES[body.uint16(FAILURE.retry)] ?? "none",
    retryAfterMs: body.uint32(FAILURE.retryAfterMs),
  };
  return { type: "error", id, failure };
}

function readConnected(body: StructReader): ServerFrame {
  const frames = decodeServerFrames(body.data(CONNECTED.subscriptions) ?? new Uint8Array());
  return {
    type: "connected",
    session: text(body, CONNECTED.session),
    user: text(body, CONNECTED.user),
    node: text(body, CONNECTED.node),
    ...optional("resume", body.text(CONNECTED.resume)),
    pingSeconds: body.uint32(CONNECTED.pingSeconds),
    maxFrameBytes: body.uint32(CONNECTED.maxFrameBytes),
    subscriptions: frames.filter((frame) => frame.type === "subscribed").map(({ type: _type, id: _id, ...rest }) =>
      rest
    ),
  };
}

/** A text that every frame of its type has. */
function text(body: StructReader, index: number): string {
  return body.text(index) ?? "";
}

/** An object of one field, or of none. */
function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [key in Name]?: Value } {
  return value === undefined ? {} : { [name]: value } as { readonly [key in Name]: Value };
}
