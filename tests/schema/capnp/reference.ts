/** What capnp-es, the reference within this process, reads in a message. */
import { type Data, type List, Message } from "capnp-es";
import * as capnp from "../../../schema/generated/gateway.ts";
import type { CapnpJson } from "./capnp_json.ts";

/** The client's frame of a message, read by capnp-es. */
export function readClient(bytes: Uint8Array): CapnpJson {
  const root = new Message(bytes.slice(), false).getRoot(capnp.ClientFrame);
  const id = root.id;
  switch (root.which()) {
    case capnp.ClientFrame.PUBLISH: {
      const { channel, payload, headers, messageId } = root.publish;
      return { id, publish: { channel, payload: readPayload(payload), headers: list(headers), messageId } };
    }
    case capnp.ClientFrame.SUBSCRIBE:
      return { id, subscribe: { channel: root.subscribe.channel, since: root.subscribe.since } };
    case capnp.ClientFrame.UNSUBSCRIBE:
      return { id, unsubscribe: { channel: root.unsubscribe.channel } };
    case capnp.ClientFrame.HISTORY: {
      const { channel, before, limit } = root.history;
      return { id, history: { channel, before, limit } };
    }
    case capnp.ClientFrame.PRESENCE:
      return { id, presence: { channel: root.presence.channel } };
    case capnp.ClientFrame.PING:
      return { id, ping: null };
    case capnp.ClientFrame.REFRESH:
      return { id, refresh: { token: root.refresh.token } };
    case capnp.ClientFrame.CONNECT: {
      const { token, resume, since, maxMessageBytes } = root.connect;
      return { id, connect: { token, resume, since: list(since), maxMessageBytes } };
    }
    default:
      return { id };
  }
}

/** The server's frame of a message, read by capnp-es. */
export function readServer(bytes: Uint8Array): CapnpJson {
  const root = new Message(bytes.slice(), false).getRoot(capnp.ServerFrame);
  const id = root.id;
  switch (root.which()) {
    case capnp.ServerFrame.PUBLICATION: {
      const { channel, cursor, time, payload, sender, messageId, headers, to } = root.publication;
      const texts = { channel, cursor, sender, messageId, to };
      return {
        id,
        publication: { ...texts, time: Number(time), payload: readPayload(payload), headers: list(headers) },
      };
    }
    case capnp.ServerFrame.PUBLISHED: {
      const { channel, partition, offset, duplicate } = root.published;
      return { id, published: { channel, partition, offset: Number(offset), duplicate } };
    }
    case capnp.ServerFrame.SUBSCRIBED: {
      const { channel, cursor, recovered, reason } = root.subscribed;
      return { id, subscribed: { channel, cursor, recovered, reason } };
    }
    case capnp.ServerFrame.UNSUBSCRIBED:
      return { id, unsubscribed: { channel: root.unsubscribed.channel, reason: root.unsubscribed.reason } };
    case capnp.ServerFrame.HISTORY: {
      const { channel, cursor, more, publications } = root.history;
      return { id, history: { channel, cursor, more, publications: data(publications) } };
    }
    case capnp.ServerFrame.PRESENCE: {
      const { channel, users, sessions } = root.presence;
      return { id, presence: { channel, users: list(users), sessions: sessions.toArray() } };
    }
    case capnp.ServerFrame.PONG:
      return { id, pong: null };
    case capnp.ServerFrame.ERROR: {
      const { code, message, retry, retryAfterMs } = root.error;
      const word = Object.entries(capnp.Retry).find(([, value]) => value === retry)?.[0].toLowerCase();
      return { id, error: { code, message, retry: word, retryAfterMs } };
    }
    case capnp.ServerFrame.CONNECTED: {
      const { session, user, node, resume, pingSeconds, maxFrameBytes, subscriptions } = root.connected;
      const texts = { session, user, node, resume };
      return { id, connected: { ...texts, pingSeconds, maxFrameBytes, subscriptions: data(subscriptions) } };
    }
    case capnp.ServerFrame.REFRESHED:
      return { id, refreshed: { expiresAt: Number(root.refreshed.expiresAt) } };
    case capnp.ServerFrame.SKIPPED: {
      const { channel, cursor, count } = root.skipped;
      return { id, skipped: { channel, cursor, count } };
    }
    case capnp.ServerFrame.JOINED:
      return { id, joined: { channel: root.joined.channel, user: root.joined.user } };
    case capnp.ServerFrame.LEFT:
      return { id, left: { channel: root.left.channel, user: root.left.user } };
    case capnp.ServerFrame.GAP:
      return { id, gap: { channel: root.gap.channel, cursor: root.gap.cursor, reason: root.gap.reason } };
    case capnp.ServerFrame.DRAINING:
      return { id, draining: { reconnectAfterMs: root.draining.reconnectAfterMs } };
    default:
      return { id };
  }
}

/** A message with the same values, written by capnp-es. */
export function rewriteServer(bytes: Uint8Array): Uint8Array {
  const message = new Message(undefined, false, true);
  message.setRoot(new Message(bytes.slice(), false).getRoot(capnp.ServerFrame));
  return new Uint8Array(message.toArrayBuffer());
}

function readPayload(payload: capnp.Publish_Payload | capnp.Publication_Payload): CapnpJson {
  if (payload._isJson) return { json: payload.json };
  if (payload._isText) return { text: payload.text };
  return payload._isBytes ? { bytes: data(payload.bytes) } : { none: null };
}

function data(data: Data): number[] {
  return [...data.toUint8Array()];
}

function list(texts: List<string>): string[] {
  return texts.toArray();
}
