import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Channel, UserId } from "../../../domain/channel.ts";
import { composeRecords } from "../../../domain/compose_records.ts";
import { isFailure } from "../../../domain/failure.ts";
import type { RecordHeaders } from "../../../domain/log_record.ts";
import type { Envelope } from "../../../domain/ports/envelope.ts";
import type { Payload } from "../../../domain/publication.ts";
import { compileRoute } from "../../../domain/route.ts";
import { showRecord } from "../../../domain/show_record.ts";
import { capnpCodec, capnpEnvelopes, capnpEnvelopeSerde } from "../../../schema/mod.ts";
import type { Serde } from "../../../streams/mod.ts";
import { holds } from "../../holds.ts";
import { jsonText, text } from "../frames.ts";
import { capnpTool, pipeThrough, SCHEMA } from "./capnp_tool.ts";

const payload: fc.Arbitrary<Payload> = fc.oneof(
  jsonText.map((text): Payload => ({ kind: "json", text })),
  text.map((text): Payload => ({ kind: "text", text })),
  fc.uint8Array({ maxLength: 60 }).map((bytes): Payload => ({ kind: "bytes", bytes: new Uint8Array(bytes) })),
);
const envelope = fc.record({
  payload: fc.option(payload),
  sender: text,
  session: text,
  messageId: text,
  to: text,
  headers: fc.dictionary(text, text, { maxKeys: 4 }),
}, { requiredKeys: ["payload"] });

const tool = await capnpTool();

function toolJson(value: string): Promise<Uint8Array> {
  const args = ["convert", "--quiet", "json:binary", SCHEMA, "Envelope"];
  return pipeThrough("capnp", { args, input: new TextEncoder().encode(value) });
}

Deno.test("capnp: an envelope comes out of its value as it went in", () => {
  holds(fc.property(envelope, (envelope) => {
    assertEquals(capnpEnvelopes.read(capnpEnvelopes.write(envelope)), envelope);
  }));
});

Deno.test("capnp: what is no envelope is none, whatever it is", () => {
  const good = capnpEnvelopes.write({ payload: null, sender: "a" });
  const bad = [
    new Uint8Array(),
    new TextEncoder().encode('{"payload":1}'),
    good.subarray(0, good.length - 8),
    capnpCodec.join([good, good]),
    capnpEnvelopes.write({ payload: { kind: "json", text: "{" } }),
    new Uint8Array([0xcc, 0x58, 0x52, 0xa9]),
  ];
  for (const value of bad) assertEquals(capnpEnvelopes.read(value), undefined);
  holds(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    capnpEnvelopes.read(new Uint8Array(bytes));
  }));
});

const route = compileRoute({ channel: "user:{user}", topic: "direct", sentCopy: true, value: "capnp" });
const utf8 = new TextDecoder();

function show(record: { value: Uint8Array | null; headers?: RecordHeaders }) {
  const stored = { topic: "direct", partition: 0, key: "bob", headers: {}, offset: 3, time: 5, ...record };
  const showing = {
    route,
    channel: "user:bob" as Channel,
    cursor: "c",
    recordBytes: 100_000,
    envelopes: capnpEnvelopes,
  };
  return showRecord(stored, showing);
}

Deno.test("capnp: a publish on a capnp route becomes an envelope, and a publication again", () => {
  const headers = { trace: "é" };
  const composed = composeRecords({
    channel: "user:bob" as Channel,
    match: { route, key: "bob" },
    user: "ann" as UserId,
    session: "s",
    messageId: "m",
    payload: { kind: "json", text: '{"big":18446744073709551615}' },
    headers,
    partitions: 4,
    envelopes: capnpEnvelopes,
  });
  assert(!isFailure(composed));
  const [sent, copy] = composed.map(({ record }) => record);
  assertEquals(capnpEnvelopes.read(sent!.value!), {
    payload: { kind: "json", text: '{"big":18446744073709551615}' },
    sender: "ann",
    session: "s",
    messageId: "m",
    headers,
  });
  assertEquals(capnpEnvelopes.read(copy!.value!)?.to, "user:bob");
  const names = Object.entries(sent!.headers).map(([name, value]) => [name, utf8.decode(value as Uint8Array)]);
  assertEquals(Object.fromEntries(names), {
    "tidegate-sender": "ann",
    "tidegate-session": "s",
    "tidegate-message-id": "m",
    "content-type": "application/x-capnp",
  });
  assertEquals(show(sent!), {
    channel: "user:bob" as Channel,
    cursor: "c",
    sender: "ann",
    messageId: "m",
    time: 5,
    payload: { kind: "json", text: '{"big":18446744073709551615}' },
    headers: Object.assign(Object.create(null), headers),
  });
});

Deno.test("capnp: a record that holds no envelope is not shown, and one without a value is a tombstone", () => {
  assertEquals(show({ value: new TextEncoder().encode("{}") }), "bad_envelope");
  const tombstone = show({ value: null });
  assert(typeof tombstone !== "string");
  assertEquals(tombstone.payload, null);
});

Deno.test({
  name: "capnp: subscribers get what a foreign producer's envelope says, but none of the gateway's own headers",
  ignore: tool.ignore,
  fn: async () => {
    const value = await toolJson(
      '{"payload":{"text":"hi"},"sender":"eve","messageId":"m9","headers":["k","v","tidegate-sender","x"],"to":"user:bob"}',
    );
    const shown = show({ value });
    assert(typeof shown !== "string");
    assertEquals([shown.sender, shown.messageId, shown.to, shown.payload], [
      "eve",
      "m9",
      "user:bob" as Channel,
      { kind: "text", text: "hi" },
    ]);
    assertEquals(Object.entries(shown.headers ?? {}), [["k", "v"]]);
    const named = show({ value, headers: { "tidegate-sender": new TextEncoder().encode("ann") } });
    assert(typeof named !== "string");
    assertEquals(named.sender, "ann");
  },
});

Deno.test("capnp envelopes: as a serde they read what they write, and refuse what is none", () => {
  const serde: Serde<Envelope> = capnpEnvelopeSerde;
  holds(fc.property(envelope, (envelope) => {
    assertEquals(serde.deserialize(serde.serialize(envelope)), capnpEnvelopes.read(capnpEnvelopes.write(envelope)));
  }));
  for (const bytes of [new Uint8Array(), Uint8Array.of(1, 2, 3)]) {
    assertThrows(() => serde.deserialize(bytes), TypeError, `Cannot read ${bytes.length} bytes as an envelope`);
  }
});
