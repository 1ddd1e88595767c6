import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ClientFrame, Decoded, ServerFrame } from "../../../domain/frame.ts";
import { normaliseJson } from "../../../domain/json_text.ts";
import type { Publication } from "../../../domain/publication.ts";
import { encodeClientFrame } from "../../../schema/capnp/client.ts";
import { decodeServerFrames } from "../../../schema/capnp/decode_server_frames.ts";
import * as json from "../../../schema/json/client.ts";
import { serverFrameJson } from "../../../schema/json/server_frame_json.ts";
import { capnpCodec, jsonCodec } from "../../../schema/mod.ts";
import { holds } from "../../holds.ts";
import { clientFrame, serverFrame } from "../frames.ts";

function only(message: Uint8Array): Decoded {
  const decoded = capnpCodec.decode(message);
  assertEquals(decoded.length, 1);
  return decoded[0]!;
}

function onlyServerFrame(message: Uint8Array): ServerFrame {
  const frames = decodeServerFrames(message);
  assertEquals(frames.length, 1);
  return frames[0]!;
}

Deno.test("capnp: every client frame comes out as the JSON codec has it", () => {
  holds(
    fc.property(clientFrame, (frame) => {
      assertEquals(only(encodeClientFrame(frame)), { kind: "frame", frame });
      assertEquals([only(encodeClientFrame(frame))], jsonCodec.decode(json.encodeClientFrame(frame)));
    }),
    { runs: 1000 },
  );
});

Deno.test("capnp: every server frame has the values that its JSON has", () => {
  holds(
    fc.property(serverFrame, (frame) => {
      const decoded = onlyServerFrame(capnpCodec.encode(frame));
      assertEquals(decoded, frame);
      assertEquals(serverFrameJson(decoded), serverFrameJson(frame));
    }),
    { runs: 1000 },
  );
});

Deno.test("capnp: the frames of a message come in order", () => {
  holds(
    fc.property(fc.array(clientFrame), fc.array(serverFrame, { minLength: 1, maxLength: 5 }), (asked, told) => {
      const message = capnpCodec.join([new Uint8Array(), ...asked.map(encodeClientFrame)]);
      assertEquals(capnpCodec.decode(message), asked.map((frame) => ({ kind: "frame", frame })));
      const encoded = told.map((frame) => capnpCodec.encode(frame));
      const joined = capnpCodec.join(encoded);
      assertEquals(joined.length, encoded.reduce((sum, { length }) => sum + length, 0));
      assertEquals(decodeServerFrames(joined), told);
    }),
    { runs: 100 },
  );
});

Deno.test("capnp: a frame is read wherever in a larger buffer it stands", () => {
  const frame: ClientFrame = { type: "subscribe", id: 3, channel: "chat:lobby", since: "earliest" };
  const encoded = encodeClientFrame(frame);
  for (const offset of [0, 1, 3, 8]) {
    const buffer = new Uint8Array(encoded.length + offset + 5);
    buffer.set(encoded, offset);
    assertEquals(only(buffer.subarray(offset, offset + encoded.length)), { kind: "frame", frame });
  }
});

const publication = (payload: Publication["payload"], sender = "a"): ServerFrame => ({
  type: "publication",
  publication: { channel: "c" as Publication["channel"], cursor: "1.1.0.0.0.1", sender, time: -1, payload },
});

Deno.test("capnp: texts are kept to the last character, a leading U+FEFF and what JSON escapes among them", () => {
  const texts = [
    "",
    "\ufeffa",
    "\0",
    "\n\r\u2028",
    "é".repeat(200),
    "😀",
    "x".repeat(64),
    "x".repeat(65),
    "ä".repeat(64),
  ];
  for (const text of texts) {
    const frame = publication({ kind: "text", text }, text);
    assertEquals(onlyServerFrame(capnpCodec.encode(frame)), frame);
    const request: ClientFrame = { type: "subscribe", id: 1, channel: text, since: text };
    assertEquals(only(encodeClientFrame(request)), { kind: "frame", frame: request });
  }
});

Deno.test("capnp: nothing but zeros fills the last word of a text", () => {
  const utf8 = new TextEncoder();
  for (let length = 1; length <= 24; length++) {
    for (const text of ["x".repeat(length), "é".repeat(length), "€".repeat(length), "x".repeat(length) + "😀"]) {
      const bytes = capnpCodec.encode(publication({ kind: "text", text: "ü" + "payload".repeat(9) }, text));
      const encoded = utf8.encode(text);
      const at = bytes.findIndex((_, at) => at % 8 === 0 && encoded.every((byte, index) => bytes[at + index] === byte));
      assert(at > 0, text);
      const end = at + encoded.length;
      const rest = bytes.subarray(end, Math.floor(end / 8) * 8 + 8);
      assert(rest.every((byte) => byte === 0), `${text}: ${rest}`);
    }
  }
});

Deno.test("capnp: frames larger than what the writer keeps come out whole, and leave the next one as it is", () => {
  for (const size of [4000, 5000, 70_000, 300_000, 1_000_000]) {
    const large = publication({ kind: "bytes", bytes: new Uint8Array(size).fill(7) });
    const text = publication({ kind: "text", text: "é".repeat(size) });
    const small = publication(null);
    const message = capnpCodec.join([large, small, text, small].map((frame) => capnpCodec.encode(frame)));
    assertEquals(decodeServerFrames(message).map((frame) => indexOfFrame(frame, [large, small, text])), [0, 1, 2, 1]);
  }
});

/** The place of the frame that equals another, by its payload: comparing a megabyte value by value takes seconds. */
function indexOfFrame(frame: ServerFrame, frames: readonly ServerFrame[]): number {
  const digest = (other: ServerFrame) => {
    assert(other.type === "publication");
    const { payload } = other.publication;
    if (payload === null) return "null";
    return payload.kind === "bytes" ? `${payload.bytes.length} ${payload.bytes.every((b) => b === 7)}` : payload.text;
  };
  return frames.findIndex((other) => digest(other) === digest(frame));
}

Deno.test("capnp: a JSON payload is put on one line, and its numbers keep their digits", () => {
  const text = '{"id": 18446744073709551615,\r\n "price": 1.10}';
  const decoded = only(encodeClientFrame({ type: "publish", id: 1, channel: "c", payload: { kind: "json", text } }));
  assert(decoded.kind === "frame" && decoded.frame.type === "publish");
  assertEquals(decoded.frame.payload, { kind: "json", text: normaliseJson(text)! });
});

Deno.test("capnp: an empty message holds no frames", () => {
  assertEquals(capnpCodec.decode(new Uint8Array()), []);
});

Deno.test("capnp: a text message ends the connection", () => {
  const [decoded] = capnpCodec.decode('{"id":1,"ping":{}}');
  assert(decoded?.kind === "fatal");
  assertEquals([decoded.disconnect.code, decoded.disconnect.name], [4500, "bad_frame"]);
});
