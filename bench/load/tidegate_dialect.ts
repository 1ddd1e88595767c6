/** Clients of Tidegate: its own protocol, in JSON or Cap'n Proto. */
import { secretSigningKey, signToken } from "../../adapters/auth/sign_token.ts";
import type { ServerFrame } from "../../domain/frame.ts";
import * as capnp from "../../schema/capnp/client.ts";
import { decodeServerFrames } from "../../schema/capnp/decode_server_frames.ts";
import { SUBPROTOCOLS } from "../../schema/subprotocols.ts";
import type { Dialect, Said } from "./dialect.ts";

/** The channels of the benchmark are `bench:` and a record's key. */
export const CHANNEL_PREFIX = "bench:";

const TOKEN_SECONDS = 24 * 3600;

/** What a client of Tidegate has to know of its configuration. */
export interface TidegateDialectOptions {
  /** The secret of tokens. */
  readonly secret: string;
  readonly codec: "json" | "capnp";
}

/** Clients with a token each, which allows them the channels of the benchmark. */
export function tidegateDialect({ secret, codec }: TidegateDialectOptions): Dialect {
  const key = secretSigningKey(secret);
  const connect = { type: "connect" } as const;
  const all = [`${CHANNEL_PREFIX}*`];
  return {
    async opening(client) {
      const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
      const claims = { sub: `client-${client}`, exp, tidegate: { subscribe: all, publish: all } };
      const token = await signToken(claims, key, "HS256");
      return { path: "/ws", subprotocol: SUBPROTOCOLS[codec], headers: { Authorization: `Bearer ${token}` } };
    },
    hello: [codec === "json" ? '{"connect":{}}' : capnp.encodeClientFrame(connect)],
    subscribe(name, { id, since }) {
      const channel = CHANNEL_PREFIX + name;
      const cursor = since === undefined ? {} : { since };
      if (codec === "capnp") return capnp.encodeClientFrame({ type: "subscribe", id, channel, ...cursor });
      return JSON.stringify({ id, subscribe: { channel, ...cursor } });
    },
    publish({ id, channel, value }) {
      const messageId = crypto.randomUUID();
      return `{"id":${id},"publish":{"channel":"${CHANNEL_PREFIX}${channel}","messageId":"${messageId}","payload":${value}}}`;
    },
    read: (message) =>
      typeof message === "string"
        ? message.split("\n").flatMap(readLine)
        : decodeServerFrames(message).flatMap((frame) => readFrame(frame)),
  };
}

const PUBLISHED = /^\{"id":(\d+),"published":/;

function readLine(line: string): Said[] {
  // Most of what is read here, while clients publish.
  const published = PUBLISHED.exec(line);
  if (published) return [{ kind: "published", id: Number(published[1]) }];
  const { connected, subscribed, error } = JSON.parse(line);
  if (connected) return [{ kind: "greeted" }];
  if (subscribed) return [{ kind: "subscribed", channel: nameOf(subscribed.channel), cursor: subscribed.cursor }];
  return error ? [{ kind: "refused", why: `${error.code}: ${error.message}` }] : [];
}

function readFrame(frame: ServerFrame): Said[] {
  switch (frame.type) {
    case "connected":
      return [{ kind: "greeted" }];
    case "subscribed":
      return [{ kind: "subscribed", channel: nameOf(frame.channel), cursor: frame.cursor }];
    case "error":
      return [{ kind: "refused", why: `${frame.failure.code}: ${frame.failure.message}` }];
    default:
      return [];
  }
}

function nameOf(channel: string): string {
  return channel.slice(CHANNEL_PREFIX.length);
}
