/** Frames as the JSON that the `capnp` tool makes of messages: what every implementation has to agree on. */
import type { ClientFrame, PublishFrame, ServerFrame } from "../../../domain/frame.ts";
import type { Payload, Publication } from "../../../domain/publication.ts";
import { capnpCodec } from "../../../schema/mod.ts";

/** An object of the tool's JSON; integers of 64 bits are numbers here. */
export type CapnpJson = Record<string, unknown>;

/** A client's frame. */
export function clientJson(frame: ClientFrame): CapnpJson {
  switch (frame.type) {
    case "connect": {
      const { token, resume, since, maxMessageBytes = 0 } = frame;
      return { id: 0, connect: present({ token, resume, since: pairs(since), maxMessageBytes }) };
    }
    case "publish":
      return { id: frame.id ?? 0, publish: publishJson(frame) };
    case "ping":
      return { id: frame.id ?? 0, ping: null };
    case "history": {
      const { id = 0, channel, before, limit = 0 } = frame;
      return { id, history: present({ channel, before, limit }) };
    }
    default: {
      const { type, id = 0, ...rest } = frame;
      return { id, [type]: rest };
    }
  }
}

function publishJson({ channel, messageId, payload, headers }: PublishFrame): CapnpJson {
  return present({ channel, messageId, payload: payloadJson(payload), headers: pairs(headers) });
}

/** A frame of the server's. */
export function serverJson(frame: ServerFrame): CapnpJson {
  switch (frame.type) {
    case "publication":
      return { id: 0, publication: publicationJson(frame.publication) };
    case "history": {
      const { id = 0, channel, cursor, more, publications } = frame;
      const frames = publications.map((publication): ServerFrame => ({ type: "publication", publication }));
      return { id, history: { channel, cursor, more, publications: bytesOf(frames) } };
    }
    case "connected": {
      const { type: _type, subscriptions, ...rest } = frame;
      const frames = subscriptions.map((one): ServerFrame => ({ ...one, type: "subscribed", id: undefined }));
      return { id: 0, connected: present({ ...rest, subscriptions: bytesOf(frames) }) };
    }
    case "presence": {
      const { id = 0, channel, users } = frame;
      const [names, sessions] = [users.map(({ user }) => user), users.map(({ sessions }) => sessions)];
      return { id, presence: { channel, users: names, sessions } };
    }
    case "error":
      return { id: frame.id ?? 0, error: { ...frame.failure } };
    case "refreshed":
      return { id: frame.id ?? 0, refreshed: { expiresAt: frame.expiresAt ?? 0 } };
    case "skipped":
      return { id: 0, skipped: { channel: frame.channel, cursor: frame.cursor, count: frame.count } };
    case "joined":
    case "left":
      return { id: 0, [frame.type]: { channel: frame.channel, user: frame.user } };
    case "pong":
      return { id: frame.id ?? 0, pong: null };
    case "gap":
    case "draining": {
      const { type, ...rest } = frame;
      return { id: 0, [type]: rest };
    }
    default: {
      const { type, id = 0, ...rest } = frame;
      return { id, [type]: present(rest) };
    }
  }
}

function publicationJson(publication: Publication): CapnpJson {
  const { payload, headers, ...rest } = publication;
  return present({
    ...rest,
    payload: payload === null ? { none: null } : payloadJson(payload),
    headers: pairs(headers),
  });
}

function payloadJson(payload: Payload): CapnpJson {
  return payload.kind === "bytes" ? { bytes: [...payload.bytes] } : { [payload.kind]: payload.text };
}

function bytesOf(frames: readonly ServerFrame[]): number[] {
  return frames.flatMap((frame) => [...capnpCodec.encode(frame)]);
}

function pairs(texts: Readonly<Record<string, string>> | undefined): string[] | undefined {
  return texts && Object.entries(texts).flat();
}

function present(fields: CapnpJson): CapnpJson {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Lines of the tool's JSON, with integers of 64 bits as numbers. */
export function parseLines(lines: string): CapnpJson[] {
  const big = new Set(["time", "offset", "expiresAt"]);
  return lines.split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line, (key, value) => big.has(key) ? Number(value) : value)
  );
}
