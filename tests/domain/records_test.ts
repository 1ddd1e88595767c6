/** Publishes to records, and records to publications. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { Channel, UserId } from "../../domain/channel.ts";
import { composeRecords, type Publish } from "../../domain/compose_records.ts";
import { isFailure } from "../../domain/failure.ts";
import type { StoredRecord } from "../../domain/log_record.ts";
import type { Payload } from "../../domain/publication.ts";
import { compileRoute, type PayloadKind } from "../../domain/route.ts";
import { showRecord } from "../../domain/show_record.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function publishOf(payload: Payload, kind: PayloadKind = "json", more: Partial<Publish> = {}): Publish {
  return {
    channel: "chat:lobby" as Channel,
    match: { route: compileRoute({ channel: "chat:{room}", topic: "chat", payload: kind }), key: "lobby" },
    user: "ann" as UserId,
    session: "s",
    messageId: "m",
    payload,
    partitions: 6,
    ...more,
  };
}

function show(record: Partial<StoredRecord>, kind: PayloadKind = "json", recordBytes = 1000) {
  const whole: StoredRecord = {
    topic: "chat",
    partition: 0,
    offset: 1,
    time: 5,
    key: "lobby",
    value: bytes("1"),
    headers: {},
    ...record,
  };
  const route = compileRoute({ channel: "chat:{room}", topic: "chat", payload: kind });
  return showRecord(whole, { route, channel: "chat:lobby" as Channel, cursor: "c", recordBytes });
}

Deno.test("a publish becomes a record with the route's key and partition, and what the gateway knows in its headers", () => {
  const composed = composeRecords(publishOf({ kind: "json", text: '{"a":1}' }, "json", { headers: { trace: "7" } }));
  assert(!isFailure(composed));
  const text = new TextDecoder();
  const { record, channel } = composed[0]!;
  assertEquals(composed.length, 1);
  assertEquals(channel, "chat:lobby");
  assertEquals([record.topic, record.partition, record.key], ["chat", 0, "lobby"]);
  assertEquals(text.decode(record.value!), '{"a":1}');
  const headers = Object.entries(record.headers).map(([name, value]) => [name, text.decode(value as Uint8Array)]);
  assertEquals(Object.fromEntries(headers), {
    "tidegate-sender": "ann",
    "tidegate-session": "s",
    "tidegate-message-id": "m",
    "content-type": "application/json",
    trace: "7",
  });
});

Deno.test("what was published is what is shown, for every kind of payload", () => {
  const payloads = fc.oneof(
    fc.json().map((text): [PayloadKind, Payload] => ["json", { kind: "json", text }]),
    fc.string({ unit: "grapheme" }).map((text): [PayloadKind, Payload] => ["text", { kind: "text", text }]),
    fc.uint8Array().map((data): [PayloadKind, Payload] => ["bytes", { kind: "bytes", bytes: data }]),
  );
  fc.assert(fc.property(payloads, ([kind, payload]) => {
    const composed = composeRecords(publishOf(payload, kind));
    assert(!isFailure(composed));
    const shown = show({ ...composed[0]!.record, offset: 1, time: 5 }, kind, 1_000_000);
    assert(typeof shown !== "string", String(shown));
    assertEquals(shown.payload, payload);
    assertEquals([shown.sender, shown.messageId], ["ann", "m"]);
  }));
});

Deno.test("a JSON string on a text channel is its text; other JSON is refused", () => {
  const composed = composeRecords(publishOf({ kind: "json", text: '"h\\u0069"' }, "text"));
  assert(!isFailure(composed));
  assertEquals(composed[0]!.record.value, bytes("hi"));
  const refused = composeRecords(publishOf({ kind: "json", text: "[1]" }, "text"));
  assert(isFailure(refused));
  assertEquals(refused.code, "bad_payload");
});

Deno.test("a payload that is not of the route's kind is refused with the way out", () => {
  const onBytes = composeRecords(publishOf({ kind: "json", text: "1" }, "bytes"));
  assert(isFailure(onBytes));
  assertStringIncludes(onBytes.message, "payload64");
  const onJson = composeRecords(publishOf({ kind: "bytes", bytes: bytes("1") }, "json"));
  assert(isFailure(onJson));
  assertEquals(onJson.code, "bad_payload");
});

Deno.test("a record of a foreign producer shows with its own headers and without a sender", () => {
  const shown = show({ headers: { trace: bytes("7"), "content-type": bytes("x"), many: [bytes("a"), bytes("b")] } });
  assert(typeof shown !== "string");
  assertEquals([shown.sender, shown.messageId, shown.time], [undefined, undefined, 5]);
  assertEquals({ ...shown.headers }, { trace: "7", many: "b" });
});

Deno.test("a header named __proto__ is a header like any other", () => {
  const headers = Object.fromEntries([["__proto__", bytes("x")]]);
  const shown = show({ headers });
  assert(typeof shown !== "string");
  assertEquals(Object.entries(shown.headers!), [["__proto__", "x"]]);
});

Deno.test("a tombstone shows as deleted, and what cannot be shown says why", () => {
  const tombstone = show({ value: null });
  assert(typeof tombstone !== "string");
  assertEquals(tombstone.payload, null);
  assertEquals(show({ value: bytes("{") }), "bad_json");
  assertEquals(show({ value: new Uint8Array([0xff]) }), "bad_utf8");
  assertEquals(show({ value: new Uint8Array([0xff]) }, "text"), "bad_utf8");
  assertEquals(show({ value: new Uint8Array(1001) }, "bytes"), "too_large");
});
