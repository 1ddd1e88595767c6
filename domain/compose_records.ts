/** A client's publish as records of the log. */
import type { Channel, UserId } from "./channel.ts";
import { type Failure, failure } from "./failure.ts";
import type { PublishFrame } from "./frame.ts";
import type { LogRecord, RecordHeaders } from "./log_record.ts";
import { partitionOf } from "./partitioner.ts";
import { type EnvelopeFormat, NO_ENVELOPES } from "./ports/envelope.ts";
import type { Payload } from "./publication.ts";
import { HEADER } from "./record_names.ts";
import type { PayloadKind, Route } from "./route.ts";
import type { RouteMatch } from "./route_table.ts";
import { utf8Bytes } from "./utf8.ts";

/** A publish, with all that the gateway knows of it. */
export interface Publish {
  readonly channel: Channel;
  readonly match: RouteMatch;
  readonly user: UserId;
  readonly session: string;
  readonly messageId: string;
  readonly payload: Payload;
  readonly headers?: PublishFrame["headers"];
  /** The partition count of the route's topic. */
  readonly partitions: number;
  /** What writes the values of routes with `value: "capnp"`. */
  readonly envelopes?: EnvelopeFormat;
}

/** A record of a publish, and the channel that it is to appear on. */
export interface ComposedRecord {
  readonly channel: Channel;
  readonly record: LogRecord;
}

const CONTENT_TYPES: Readonly<Record<PayloadKind, Uint8Array>> = {
  json: utf8Bytes("application/json"),
  text: utf8Bytes("text/plain; charset=utf-8"),
  bytes: utf8Bytes("application/octet-stream"),
};
const ENVELOPE_TYPE = utf8Bytes("application/x-capnp");

/**
 * The records that a publish becomes: one, and on a route with a sent copy one more for the sender's other sockets.
 * The first is the one whose position the client is told. Pure; fails where the payload is not of the route's kind.
 */
export function composeRecords(publish: Publish): readonly ComposedRecord[] | Failure {
  const { match: { route, key }, channel, user } = publish;
  const payload = payloadOfKind(publish.payload, route.payload);
  if ("code" in payload) return payload;
  const headers: Record<string, Uint8Array> = {
    [HEADER.sender]: utf8Bytes(user),
    [HEADER.session]: utf8Bytes(publish.session),
    [HEADER.messageId]: utf8Bytes(publish.messageId),
    [HEADER.contentType]: route.value === "capnp" ? ENVELOPE_TYPE : CONTENT_TYPES[route.payload],
  };
  if (route.value === "raw") {
    for (const [name, text] of Object.entries(publish.headers ?? {})) headers[name] = utf8Bytes(text);
  }
  const record = (
    recordKey: string | null,
    { recordHeaders, value }: { recordHeaders: RecordHeaders; value: Uint8Array },
  ): LogRecord => ({
    topic: route.topic,
    partition: placeOf(route, { key: recordKey, partitions: publish.partitions }),
    key: recordKey,
    value,
    headers: recordHeaders,
  });
  const sent = { channel, record: record(key, { recordHeaders: headers, value: valueOf(publish, { payload }) }) };
  if (!route.sentCopy || key === user) return [sent];
  const copy = record(user, {
    recordHeaders: { ...headers, [HEADER.to]: utf8Bytes(channel) },
    value: valueOf(publish, { payload, to: channel }),
  });
  return [sent, { channel: (route.prefix + user + route.suffix) as Channel, record: copy }];
}

/** The partition of a route's key; 0 where there is no key. */
export function placeOf(route: Route, place: { key: string | null; partitions: number }): number {
  return place.key === null ? 0 : partitionOf(route.partitioner, { key: place.key, partitions: place.partitions });
}

function valueOf(publish: Publish, { payload, to }: { payload: Payload; to?: string }): Uint8Array {
  const { match: { route }, user, session, messageId, headers, envelopes = NO_ENVELOPES } = publish;
  if (route.value === "raw") return payload.kind === "bytes" ? payload.bytes : utf8Bytes(payload.text);
  return envelopes.write({
    payload,
    sender: user,
    session,
    messageId,
    ...(headers ? { headers } : {}),
    ...(to === undefined ? {} : { to }),
  });
}

/** A payload as one of the route's kind. */
export function payloadOfKind(payload: Payload, kind: PayloadKind): Payload | Failure {
  if (kind === "bytes") {
    return payload.kind === "bytes"
      ? payload
      : failure("bad_payload", `Cannot publish a ${payload.kind} payload on a bytes channel: send payload64`);
  }
  const text = payload.kind === "bytes" ? undefined : payload.text;
  if (text === undefined) {
    return failure("bad_payload", `Cannot publish payload64 on a ${kind} channel: send payload`);
  }
  if (kind === "json") return { kind, text: payload.kind === "text" ? JSON.stringify(text) : text };
  const plain: unknown = payload.kind === "text" ? text : JSON.parse(text);
  return typeof plain === "string"
    ? { kind, text: plain }
    : failure("bad_payload", "Cannot publish a payload that is no string on a text channel: send a JSON string");
}
