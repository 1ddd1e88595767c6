/** Frames of the server to Cap'n Proto. */
import type { ConnectedFrame, ServerFrame } from "../../domain/frame.ts";
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
import { concatenate } from "./concatenate.ts";
import { MessageWriter, type StructSize, type StructWriter } from "./message_writer.ts";
import { writePayload } from "./payload_union.ts";
import { RETRIES } from "./retries.ts";
import { toPairs } from "./text_pairs.ts";

/** The body of a frame of a type. */
type Body<Type extends ServerFrame["type"]> = Extract<ServerFrame, { readonly type: Type }>;

const writer = new MessageWriter();

/** One message, in the stream framing. */
export function encodeFrame(frame: ServerFrame): Uint8Array {
  // These hold frames, which are messages of their own: they come first.
  if (frame.type === "history") return encodeHistory(frame);
  if (frame.type === "connected") return encodeConnected(frame);
  const root = writer.root(SERVER_FRAME);
  root.uint16(SERVER_FRAME.tag, SERVER_FRAME.which[frame.type]);
  if ("id" in frame && frame.id !== undefined) root.uint32(SERVER_FRAME.id, frame.id);
  if (frame.type !== "pong") writeBody(root, frame);
  return writer.finish();
}

function writeBody(root: StructWriter, frame: Exclude<ServerFrame, { type: "history" | "connected" | "pong" }>): void {
  switch (frame.type) {
    case "publication":
      return writePublication(root.struct(SERVER_FRAME.publication, PUBLICATION), frame.publication);
    case "published": {
      const body = root.struct(SERVER_FRAME.published, PUBLISHED);
      body.text(PUBLISHED.channel, frame.channel);
      body.uint32(PUBLISHED.partition, frame.partition);
      body.integer(PUBLISHED.offset, frame.offset);
      return body.bit(PUBLISHED.duplicate, frame.duplicate);
    }
    case "subscribed": {
      const body = root.struct(SERVER_FRAME.subscribed, SUBSCRIBED);
      return writeSubscribed(body, frame);
    }
    case "unsubscribed": {
      const body = root.struct(SERVER_FRAME.unsubscribed, UNSUBSCRIBED);
      body.text(UNSUBSCRIBED.channel, frame.channel);
      return body.text(UNSUBSCRIBED.reason, frame.reason);
    }
    case "presence":
      return writePresence(root.struct(SERVER_FRAME.presence, PRESENCE_LIST), frame);
    case "error":
      return writeFailure(root.struct(SERVER_FRAME.error, FAILURE), frame);
    case "gap": {
      const body = root.struct(SERVER_FRAME.gap, GAP);
      body.text(GAP.channel, frame.channel);
      body.text(GAP.cursor, frame.cursor);
      return body.text(GAP.reason, frame.reason);
    }
    case "draining": {
      return root.struct(SERVER_FRAME.draining, DRAINING).uint32(DRAINING.reconnectAfterMs, frame.reconnectAfterMs);
    }
    case "skipped": {
      const body = root.struct(SERVER_FRAME.skipped, SKIPPED);
      body.text(SKIPPED.channel, frame.channel);
      body.text(SKIPPED.cursor, frame.cursor);
      return body.uint32(SKIPPED.count, frame.count);
    }
    case "joined":
    case "left": {
      const body = root.struct(SERVER_FRAME[frame.type], PRESENCE_CHANGE);
      body.text(PRESENCE_CHANGE.channel, frame.channel);
      return body.text(PRESENCE_CHANGE.user, frame.user);
    }
    case "refreshed":
      return root.struct(SERVER_FRAME.refreshed, REFRESHED).integer(REFRESHED.expiresAt, frame.expiresAt ?? 0);
  }
}

function writePublication(body: StructWriter, publication: Publication): void {
  const { headers } = publication;
  body.integer(PUBLICATION.time, publication.time);
  body.text(PUBLICATION.channel, publication.channel);
  body.text(PUBLICATION.cursor, publication.cursor);
  body.text(PUBLICATION.sender, publication.sender);
  body.text(PUBLICATION.messageId, publication.messageId);
  body.text(PUBLICATION.to, publication.to);
  if (headers !== undefined) body.texts(PUBLICATION.headers, toPairs(headers));
  writePayload(publication.payload, { struct: body, layout: PUBLICATION_PAYLOAD });
}

function writeSubscribed(body: StructWriter, subscribed: ConnectedFrame["subscriptions"][number]): void {
  body.text(SUBSCRIBED.channel, subscribed.channel);
  body.text(SUBSCRIBED.cursor, subscribed.cursor);
  body.bit(SUBSCRIBED.recovered, subscribed.recovered);
  body.text(SUBSCRIBED.reason, subscribed.reason);
}

function writePresence(body: StructWriter, { channel, users }: Body<"presence">): void {
  body.text(PRESENCE_LIST.channel, channel);
  body.texts(PRESENCE_LIST.users, users.map(({ user }) => user));
  body.uint32s(PRESENCE_LIST.sessions, users.map(({ sessions }) => sessions));
}

function writeFailure(body: StructWriter, { failure }: Body<"error">): void {
  body.text(FAILURE.code, failure.code);
  body.text(FAILURE.message, failure.message);
  body.uint16(FAILURE.retry, RETRIES.indexOf(failure.retry));
  body.uint32(FAILURE.retryAfterMs, failure.retryAfterMs);
}

function encodeHistory({ id, channel, publications, more, cursor }: Body<"history">): Uint8Array {
  const frames = publications.map((publication) => encodeFrame({ type: "publication", publication }));
  const body = begin("history", { id, size: HISTORY_PAGE });
  body.text(HISTORY_PAGE.channel, channel);
  body.text(HISTORY_PAGE.cursor, cursor);
  body.bit(HISTORY_PAGE.more, more);
  body.data(HISTORY_PAGE.publications, concatenate(frames));
  return writer.finish();
}

function encodeConnected(frame: ConnectedFrame): Uint8Array {
  const frames = frame.subscriptions.map((subscription) =>
    encodeFrame({ ...subscription, type: "subscribed", id: undefined })
  );
  const body = begin("connected", { size: CONNECTED });
  body.text(CONNECTED.session, frame.session);
  body.text(CONNECTED.user, frame.user);
  body.text(CONNECTED.node, frame.node);
  body.text(CONNECTED.resume, frame.resume);
  body.uint32(CONNECTED.pingSeconds, frame.pingSeconds);
  body.uint32(CONNECTED.maxFrameBytes, frame.maxFrameBytes);
  body.data(CONNECTED.subscriptions, concatenate(frames));
  return writer.finish();
}

function begin(
  type: "history" | "connected",
  { id, size }: { id?: number | undefined; size: StructSize },
): StructWriter {
  const root = writer.root(SERVER_FRAME);
  root.uint16(SERVER_FRAME.tag, SERVER_FRAME.which[type]);
  if (id !== undefined) root.uint32(SERVER_FRAME.id, id);
  return root.struct(SERVER_FRAME[type], size);
}
