import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Channel } from "../../../domain/channel.ts";
import type { ServerFrame } from "../../../domain/frame.ts";
import type { Publication } from "../../../domain/publication.ts";
import { decodeServerFrames } from "../../../schema/json/client.ts";
import { jsonCodec } from "../../../schema/json/json_codec.ts";
import { holds } from "../../holds.ts";
import { serverFrame } from "../frames.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });
const encode = (frame: ServerFrame) => utf8.decode(jsonCodec.encode(frame));

/** What the protocol's documentation says of a frame, put together by other means than the codec's. */
function documented(frame: ServerFrame): Record<string, unknown> {
  switch (frame.type) {
    case "publication":
      return { publication: documentedPublication(frame.publication) };
    case "history": {
      const { type, id, publications, ...rest } = frame;
      return withId(id, { [type]: { ...rest, publications: publications.map(documentedPublication) } });
    }
    case "published": {
      const { type, id, partition, offset, ...rest } = frame;
      return withId(id, { [type]: { ...rest, position: { partition, offset: String(offset) } } });
    }
    case "error":
      return withId(frame.id, { error: { ...frame.failure } });
    case "connected":
    case "gap":
    case "skipped":
    case "joined":
    case "left":
    case "draining": {
      const { type, ...body } = frame;
      return { [type]: body };
    }
    default: {
      const { type, id, ...body } = frame;
      return withId(id, { [type]: body });
    }
  }
}

function withId(id: number | undefined, frame: Record<string, unknown>): Record<string, unknown> {
  return id === undefined ? frame : { id, ...frame };
}

function documentedPublication({ payload, ...rest }: Publication): Record<string, unknown> {
  if (payload === null) return { ...rest, payload: null, deleted: true };
  if (payload.kind === "bytes") return { ...rest, payload64: btoa(String.fromCharCode(...payload.bytes)) };
  return { ...rest, payload: payload.kind === "json" ? JSON.parse(payload.text) : payload.text };
}

Deno.test("json: every server frame is one line of JSON in the documented shape", () => {
  holds(
    fc.property(serverFrame, (frame) => {
      const line = encode(frame);
      assert(!/[\r\n]/.test(line), line);
      assertEquals(JSON.parse(line), documented(frame));
    }),
    { runs: 1000 },
  );
});

Deno.test("json: joined frames are read back in order by a client", () => {
  holds(
    fc.property(fc.array(serverFrame, { minLength: 1, maxLength: 5 }), (frames) => {
      const encoded = frames.map((frame) => jsonCodec.encode(frame));
      const message = jsonCodec.join(encoded);
      const bytes = encoded.reduce((sum, frame) => sum + frame.length, 0);
      assertEquals(message.length, bytes + (frames.length - 1) * jsonCodec.separatorBytes);
      assertEquals(decodeServerFrames(utf8.decode(message)) as unknown[], frames.map(documented));
    }),
    { runs: 100 },
  );
});

Deno.test("json: a single frame is joined without a copy", () => {
  const frame = jsonCodec.encode({ type: "pong", id: 1 });
  assert(jsonCodec.join([frame]) === frame);
});

const publication: Publication = {
  channel: "chat:lobby" as Channel,
  cursor: "1.6.2.1842.0.abc",
  sender: 'a"b',
  messageId: "m1",
  time: 1763830000000,
  payload: { kind: "json", text: '{"n": 9007199254740993}' },
  headers: { k: "v\n" },
};

const texts: [name: string, frame: ServerFrame, text: string][] = [
  [
    "a publication embeds its payload as it is",
    { type: "publication", publication },
    '{"publication":{"channel":"chat:lobby","cursor":"1.6.2.1842.0.abc","sender":"a\\"b","messageId":"m1",' +
    '"time":1763830000000,"payload":{"n": 9007199254740993},"headers":{"k":"v\\n"}}}',
  ],
  [
    "a tombstone is marked",
    {
      type: "publication",
      publication: { channel: publication.channel, cursor: "1.1.0.0.0.1", time: 5, payload: null },
    },
    '{"publication":{"channel":"chat:lobby","cursor":"1.1.0.0.0.1","time":5,"payload":null,"deleted":true}}',
  ],
  [
    "an offset is text",
    { type: "published", id: 3, channel: "chat:lobby", partition: 2, offset: 1842, duplicate: false },
    '{"id":3,"published":{"channel":"chat:lobby","position":{"partition":2,"offset":"1842"},"duplicate":false}}',
  ],
  [
    "absent ids and fields are left out",
    { type: "unsubscribed", id: undefined, channel: "chat:lobby" },
    '{"unsubscribed":{"channel":"chat:lobby"}}',
  ],
  [
    "an error has its retry hint",
    { type: "error", id: 3, failure: { code: "forbidden", message: "No", retry: "none", retryAfterMs: 0 } },
    '{"id":3,"error":{"code":"forbidden","message":"No","retry":"none","retryAfterMs":0}}',
  ],
  [
    "draining says when to come back",
    { type: "draining", reconnectAfterMs: 1500 },
    '{"draining":{"reconnectAfterMs":1500}}',
  ],
];

for (const [name, frame, text] of texts) {
  Deno.test(`json: ${name}`, () => assertEquals(encode(frame), text));
}
