/** Frames of the server to JSON text. */
import type { ServerFrame } from "../../domain/frame.ts";
import type { Publication } from "../../domain/publication.ts";

/** One line, without its end; the order of the keys is that of the protocol's documentation. Absent fields are left out. */
export function serverFrameJson(frame: ServerFrame): string {
  switch (frame.type) {
    case "publication":
      return `{"publication":${publicationJson(frame.publication)}}`;
    case "history":
      return historyJson(frame);
    case "published": {
      const { id, channel, partition, offset, duplicate } = frame;
      const position = { partition, offset: String(offset) };
      return JSON.stringify({ id, published: { channel, position, duplicate } });
    }
    case "connected": {
      const { session, user, node, resume, pingSeconds, maxFrameBytes } = frame;
      const subscriptions = frame.subscriptions.map(({ channel, cursor, recovered, reason }) => ({
        channel,
        cursor,
        recovered,
        reason,
      }));
      const connected = { session, user, node, resume, pingSeconds, maxFrameBytes, subscriptions };
      return JSON.stringify({ connected });
    }
    case "subscribed": {
      const { id, channel, cursor, recovered, reason } = frame;
      return JSON.stringify({ id, subscribed: { channel, cursor, recovered, reason } });
    }
    case "unsubscribed": {
      const { id, channel, reason } = frame;
      return JSON.stringify({ id, unsubscribed: { channel, reason } });
    }
    case "presence": {
      const { id, channel } = frame;
      const users = frame.users.map(({ user, sessions }) => ({ user, sessions }));
      return JSON.stringify({ id, presence: { channel, users } });
    }
    case "pong":
      return JSON.stringify({ id: frame.id, pong: {} });
    case "error": {
      const { id, failure: { code, message, retry, retryAfterMs } } = frame;
      return JSON.stringify({ id, error: { code, message, retry, retryAfterMs } });
    }
    case "gap": {
      const { channel, cursor, reason } = frame;
      return JSON.stringify({ gap: { channel, cursor, reason } });
    }
    case "skipped": {
      const { channel, count, cursor } = frame;
      return JSON.stringify({ skipped: { channel, count, cursor } });
    }
    case "joined":
    case "left": {
      const { type, channel, user } = frame;
      return JSON.stringify({ [type]: { channel, user } });
    }
    case "refreshed":
      return JSON.stringify({ id: frame.id, refreshed: { expiresAt: frame.expiresAt } });
    case "draining":
      return JSON.stringify({ draining: { reconnectAfterMs: frame.reconnectAfterMs } });
  }
}

function historyJson(frame: ServerFrame & { readonly type: "history" }): string {
  const { id, channel, publications, more, cursor } = frame;
  const head = id === undefined ? "{" : `{"id":${id},`;
  const list = publications.map(publicationJson).join(",");
  return `${head}"history":{"channel":${JSON.stringify(channel)},"publications":[${list}],` +
    `"more":${more},"cursor":${JSON.stringify(cursor)}}}`;
}

/** The hot path: one string, and no object on the way. */
function publicationJson(publication: Publication): string {
  const { channel, cursor, sender, messageId, payload, headers, to } = publication;
  // Neither a channel's nor a cursor's characters need an escape; the others come from any producer.
  let json = `{"channel":"${channel}","cursor":"${cursor}"`;
  if (sender !== undefined) json += `,"sender":${JSON.stringify(sender)}`;
  if (messageId !== undefined) json += `,"messageId":${JSON.stringify(messageId)}`;
  json += `,"time":${publication.time}`;
  if (payload === null) json += `,"payload":null,"deleted":true`;
  else if (payload.kind === "json") json += `,"payload":${payload.text}`;
  else if (payload.kind === "text") json += `,"payload":${JSON.stringify(payload.text)}`;
  else json += `,"payload64":"${payload.bytes.toBase64()}"`;
  if (headers !== undefined) json += `,"headers":${JSON.stringify(headers)}`;
  if (to !== undefined) json += `,"to":"${to}"`;
  return json + "}";
}
