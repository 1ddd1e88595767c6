/** Arbitrary frames, within the limits of the protocol: what every codec must agree on. */
import fc from "fast-check";
import type { Channel } from "../../domain/channel.ts";
import { formatCursor } from "../../domain/cursor.ts";
import { DISCONNECTS } from "../../domain/disconnect.ts";
import { type Failure, failure, type FailureCode, FAILURES } from "../../domain/failure.ts";
import type { ClientFrame, ConnectFrame, PublishFrame, RequestId, ServerFrame } from "../../domain/frame.ts";
import { normaliseJson } from "../../domain/json_text.ts";
import type { Payload, Publication } from "../../domain/publication.ts";
import { isReservedHeader } from "../../domain/record_names.ts";

/** Any Unicode text that UTF-8 can hold, quotes, line ends and null included. */
export const text = fc.string({ unit: "grapheme", maxLength: 40 });
const name = (maxLength: number) => fc.stringMatching(new RegExp(`^[A-Za-z0-9_.:~-]{1,${maxLength}}$`));
const channel = name(60) as fc.Arbitrary<Channel>;
const id: fc.Arbitrary<RequestId> = fc.option(fc.integer({ min: 1, max: 0xffffffff }), { nil: undefined });
const count = fc.integer({ min: 1, max: 0xffffffff });
const bytes = fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes));
const cursor = fc.record({
  partitions: fc.integer({ min: 7, max: 999 }),
  partition: fc.integer({ min: 0, max: 6 }),
  offset: fc.maxSafeNat(),
  index: fc.nat(9),
  check: fc.integer({ min: 0, max: 0xffffffff }),
}).map(formatCursor);
const headerName = fc.stringMatching(/^[a-zA-Z0-9-]{1,20}$/).filter((name) => !isReservedHeader(name));

/** JSON text as clients write it: white space anywhere, numbers beyond 2^53. */
export const jsonText = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(0, 1, 4)).map(([value, indent]) =>
    JSON.stringify(value, null, indent)
  ),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(String),
  fc.constantFrom("1.0", "1e400", '"\\u0070\\ud83d\\ude00\\\\\\""', '{"a":1,"a":2,"__proto__":{}}', '["]","}"]'),
).map((json) => normaliseJson(json)!);

const payload: fc.Arbitrary<Payload> = fc.oneof(
  jsonText.map((text): Payload => ({ kind: "json", text })),
  bytes.map((bytes): Payload => ({ kind: "bytes", bytes })),
);

const connect = fc.record({
  type: fc.constant("connect" as const),
  token: text,
  resume: text,
  since: fc.dictionary(channel, cursor, { maxKeys: 3 }),
  maxMessageBytes: count,
}, { requiredKeys: ["type"] }) as fc.Arbitrary<ConnectFrame>;

const publish = fc.record({
  type: fc.constant("publish" as const),
  id,
  channel,
  messageId: name(64),
  payload,
  headers: fc.dictionary(headerName, text, { maxKeys: 4 }),
}, { requiredKeys: ["type", "id", "channel", "payload"] }) as fc.Arbitrary<PublishFrame>;

/** Every frame of a client's that a gateway carries out; its payloads are JSON or bytes. */
export const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  connect,
  publish,
  fc.record({ type: fc.constant("subscribe" as const), id, channel: text, since: text }, {
    requiredKeys: ["type", "id", "channel"],
  }),
  fc.record({ type: fc.constant("history" as const), id, channel: text, limit: count, before: text }, {
    requiredKeys: ["type", "id", "channel"],
  }),
  fc.record({ type: fc.constantFrom("unsubscribe" as const, "presence" as const), id, channel: text }),
  fc.record({ type: fc.constant("ping" as const), id }),
  fc.record({ type: fc.constant("refresh" as const), id, token: text }),
) as fc.Arbitrary<ClientFrame>;

const publication = fc.record({
  channel,
  cursor,
  sender: text,
  messageId: text,
  time: fc.integer({ min: -1, max: 2 ** 48 }),
  payload: fc.option(fc.oneof(payload, text.map((text): Payload => ({ kind: "text", text })))),
  headers: fc.dictionary(text, text, { maxKeys: 4 }),
  to: channel,
}, { requiredKeys: ["channel", "cursor", "time", "payload"] }) as fc.Arbitrary<Publication>;

const anyFailure: fc.Arbitrary<Failure> = fc
  .tuple(fc.constantFrom(...Object.keys(FAILURES) as FailureCode[]), text)
  .map(([code, message]) => failure(code, message));
const reason = fc.constantFrom("expired", "log_changed", "too_far", ...Object.keys(DISCONNECTS));
const subscription = fc.record({ channel, cursor, recovered: fc.boolean(), reason }, {
  requiredKeys: ["channel", "cursor", "recovered"],
});

/** Every frame of the server's. */
export const serverFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
  publication.map((publication) => ({ type: "publication" as const, publication })),
  fc.record({
    type: fc.constant("connected" as const),
    session: fc.uuid(),
    user: text,
    node: text,
    resume: text,
    pingSeconds: fc.nat(),
    maxFrameBytes: fc.nat(),
    subscriptions: fc.array(subscription, { maxLength: 3 }),
  }, { requiredKeys: ["type", "session", "user", "node", "pingSeconds", "maxFrameBytes", "subscriptions"] }),
  fc.tuple(subscription, id).map(([subscription, id]) => ({ ...subscription, type: "subscribed" as const, id })),
  fc.record({ type: fc.constant("unsubscribed" as const), id, channel, reason }, {
    requiredKeys: ["type", "id", "channel"],
  }),
  fc.record({
    type: fc.constant("published" as const),
    id,
    channel,
    partition: fc.nat(99_999),
    offset: fc.maxSafeNat(),
    duplicate: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("history" as const),
    id,
    channel,
    publications: fc.array(publication, { maxLength: 3 }),
    more: fc.boolean(),
    cursor,
  }),
  fc.record({
    type: fc.constant("presence" as const),
    id,
    channel,
    users: fc.array(fc.record({ user: text, sessions: fc.nat() }), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant("pong" as const), id }),
  fc.record({ type: fc.constant("error" as const), id, failure: anyFailure }),
  fc.record({ type: fc.constant("gap" as const), channel, cursor, reason }),
  fc.record({ type: fc.constant("draining" as const), reconnectAfterMs: fc.nat() }),
  fc.record({ type: fc.constant("skipped" as const), channel, cursor, count: fc.integer({ min: 1, max: 0xffffffff }) }),
  fc.record({ type: fc.constantFrom("joined" as const, "left" as const), channel, user: text }),
  fc.record({ type: fc.constant("refreshed" as const), id, expiresAt: fc.integer({ min: 1, max: 2 ** 48 }) }, {
    requiredKeys: ["type", "id"],
  }),
) as fc.Arbitrary<ServerFrame>;
