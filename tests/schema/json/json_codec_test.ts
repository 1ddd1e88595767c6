import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isFailure } from "../../../domain/failure.ts";
import type { Decoded } from "../../../domain/frame.ts";
import type { PublishFrame } from "../../../domain/frame.ts";
import { encodeClientFrame } from "../../../schema/json/client.ts";
import { jsonCodec } from "../../../schema/json/json_codec.ts";
import { holds } from "../../holds.ts";
import { clientFrame, jsonText } from "../frames.ts";

const decode = (message: string) => jsonCodec.decode(message);

function only(message: string): Decoded {
  const decoded = decode(message);
  assertEquals(decoded.length, 1, message);
  return decoded[0]!;
}

Deno.test("json: every client frame comes out of its text as it went in", () => {
  holds(fc.property(clientFrame, (frame) => {
    assertEquals(only(encodeClientFrame(frame)), { kind: "frame", frame });
  }));
});

Deno.test("json: the frames of a message come in order, whatever the line ends", () => {
  holds(
    fc.property(fc.array(clientFrame), fc.constantFrom("\n", "\r\n", "\n\n \t\n"), (frames, end) => {
      const message = frames.map((frame) => encodeClientFrame(frame) + end).join("");
      assertEquals(decode(message), frames.map((frame) => ({ kind: "frame", frame })));
    }),
    { runs: 100 },
  );
});

Deno.test("json: a payload is kept as the client wrote it", () => {
  holds(fc.property(jsonText, (json) => {
    const decoded = only(`{"publish":{"channel":"a","payload": ${json} }}`);
    assert(decoded.kind === "frame");
    assertEquals((decoded.frame as PublishFrame).payload, { kind: "json", text: json.trim() });
  }));
});

Deno.test("json: numbers beyond 2^53 and repeated names survive in a payload", () => {
  const json = '{"id":9007199254740993,"price":1.10,"id":18446744073709551615}';
  const decoded = only(`{"publish":{"channel":"a","payload":${json}}}`);
  assert(decoded.kind === "frame");
  assertEquals((decoded.frame as PublishFrame).payload, { kind: "json", text: json });
});

Deno.test("json: base64 becomes bytes", () => {
  const decoded = only('{"id":1,"publish":{"channel":"a","payload64":"AAH/"}}');
  const payload = { kind: "bytes" as const, bytes: new Uint8Array([0, 1, 255]) };
  assertEquals(decoded, { kind: "frame", frame: { type: "publish", id: 1, channel: "a", payload } });
});

Deno.test("json: unknown fields are ignored, in the frame and beside it", () => {
  const frame = { type: "subscribe", id: 2, channel: "a" } as const;
  assertEquals(only('{"v":1,"subscribe":{"channel":"a","new":[]},"later":{},"id":2}'), { kind: "frame", frame });
});

Deno.test("json: blank messages hold no frames", () => {
  for (const message of ["", "\n", "\r\n\r\n", " \t\n "]) assertEquals(decode(message), []);
});

Deno.test("json: a line that is no JSON object ends the connection, after the frames before it", () => {
  const lines = ["", "{", "[]", "null", "1", '"ping"', "{'ping':{}}", "{}{}", '\ufeff{"ping":{}}', '{"a":"\u0001"}']
    .slice(1);
  for (const line of lines) {
    const decoded = decode(`{"id":1,"ping":{}}\n${line}\n{"id":2,"ping":{}}`);
    assertEquals(decoded.map(({ kind }) => kind), ["frame", "fatal"], line);
    const last = decoded[1]!;
    assert(last.kind === "fatal");
    assertEquals(last.disconnect.code, 4500);
    assert(new TextEncoder().encode(last.disconnect.detail).length <= 100);
  }
});

Deno.test("json: a binary message ends the connection", () => {
  const [decoded] = jsonCodec.decode(new TextEncoder().encode('{"ping":{}}'));
  assert(decoded?.kind === "fatal");
  assertEquals(decoded.disconnect.name, "bad_frame");
});

const refused: Record<string, [line: string, id: number | undefined, message: RegExp]> = {
  "no frame": ['{"id":3}', 3, /^Cannot tell what a frame with no frame is: expected one of connect, subscribe/],
  "an unknown frame": ['{"id":3,"fly":{}}', 3, /frame with "fly" is/],
  "a frame of a later version": ['{"id":6,"merge":{"token":"t"}}', 6, /"merge"/],
  "a refresh without a token": ['{"id":6,"refresh":{}}', 6, /token is missing, expected a string/],
  "a name of JavaScript's own": ['{"id":3,"__proto__":{},"constructor":{}}', 3, /"__proto__", "constructor"/],
  "two frames in one": ['{"id":4,"ping":{},"subscribe":{"channel":"a"}}', 4, /ping and subscribe in one frame/],
  "an id of text": ['{"id":"1","ping":{}}', undefined, /id "1": expected an integer from 1 to 4294967295/],
  "an id of 0": ['{"id":0,"ping":{}}', undefined, /id 0/],
  "an id of 2^32": ['{"id":4294967296,"ping":{}}', undefined, /id 4294967296/],
  "an id with a fraction": ['{"id":1.5,"ping":{}}', undefined, /id 1.5/],
  "an id of null": ['{"id":null,"ping":{}}', undefined, /id null/],
  "an id on connect": ['{"id":1,"connect":{}}', 1, /^Cannot connect: id is 1, expected none/],
  "a body that is no object": ['{"id":1,"ping":[]}', 1, /^Cannot ping: ping is an array, expected an object$/],
  "no channel": ['{"id":1,"subscribe":{}}', 1, /^Cannot subscribe: channel is missing, expected a string$/],
  "a channel of numbers": ['{"id":1,"presence":{"channel":5}}', 1, /channel is 5, expected a string/],
  "since of null": ['{"id":1,"subscribe":{"channel":"a","since":null}}', 1, /since is null, expected a string/],
  "a limit of 0": ['{"id":1,"history":{"channel":"a","limit":0}}', 1, /limit is 0, expected an integer from 1/],
  "since that is no object": ['{"connect":{"since":"x"}}', undefined, /since is "x", expected an object of a cursor/],
  "a cursor that is no text": ['{"connect":{"since":{"a":1}}}', undefined, /since\["a"\] is 1, expected a string/],
  "maxMessageBytes of text": ['{"connect":{"maxMessageBytes":"1"}}', undefined, /maxMessageBytes is "1"/],
  "no payload": ['{"id":1,"publish":{"channel":"a"}}', 1, /payload is missing, expected a JSON value, or payload64/],
  "two payloads": [
    '{"id":1,"publish":{"channel":"a","payload":1,"payload64":""}}',
    1,
    /payload64 is "", expected .*alone/,
  ],
  "an empty messageId": ['{"id":1,"publish":{"channel":"a","payload":1,"messageId":""}}', 1, /messageId is ""/],
  "a messageId with a space": ['{"id":1,"publish":{"channel":"a","payload":1,"messageId":"a b"}}', 1, /is "a b"/],
  "a messageId with a line end": ['{"id":1,"publish":{"channel":"a","payload":1,"messageId":"a\\n"}}', 1, /"a\\n"/],
  "headers in an array": ['{"id":1,"publish":{"channel":"a","payload":1,"headers":[]}}', 1, /headers is an array/],
  "a header of numbers": ['{"id":1,"publish":{"channel":"a","payload":1,"headers":{"k":1}}}', 1, /headers\["k"\] is 1/],
  "a header name with _": [
    '{"id":1,"publish":{"channel":"a","payload":1,"headers":{"__proto__":"x"}}}',
    1,
    /__proto__/,
  ],
  "the gateway's header": [
    '{"id":1,"publish":{"channel":"a","payload":1,"headers":{"Tidegate-Sender":"x"}}}',
    1,
    /header is "Tidegate-Sender", expected neither/,
  ],
  "a content type": ['{"publish":{"channel":"a","payload":1,"headers":{"Content-Type":"x"}}}', undefined, /neither/],
  "half of a surrogate pair": [
    '{"id":1,"publish":{"channel":"a","payload":1,"headers":{"k":"\\ud800"}}}',
    1,
    /headers\["k"\] is "\\ud800", expected Unicode/,
  ],
};

for (const [name, [line, id, message]] of Object.entries(refused)) {
  Deno.test(`json: ${name} is refused with a message that says why`, () => {
    const decoded = only(line);
    assert(decoded.kind === "refused" && isFailure(decoded.failure), JSON.stringify(decoded));
    assertEquals(decoded.id, id);
    const unknown = /frame of a later|no frame|an unknown|JavaScript/.test(name);
    assertEquals(decoded.failure.code, unknown ? "unknown_frame" : "bad_request");
    assert(message.test(decoded.failure.message), decoded.failure.message);
  });
}

Deno.test("json: base64 that is not exact is refused", () => {
  for (const text of ["A", "AA", "AA=", "AB==", "AA==\\n", "A A=", "-_==", "é", "AA==AA=="]) {
    assertEquals(only(`{"publish":{"channel":"a","payload64":"${text}"}}`).kind, "refused", text);
  }
});

Deno.test("json: the limits of a publish are met exactly", () => {
  const publish = (fields: Record<string, unknown>) =>
    only(JSON.stringify({ publish: { channel: "a", payload: 1, ...fields } })).kind;
  const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`h${at}`, ""]));
  assertEquals(publish({ messageId: "x".repeat(64) }), "frame");
  assertEquals(publish({ messageId: "x".repeat(65) }), "refused");
  assertEquals(publish({ headers: headers(32) }), "frame");
  assertEquals(publish({ headers: headers(33) }), "refused");
  assertEquals(publish({ headers: { ["k".repeat(64)]: "v" } }), "frame");
  assertEquals(publish({ headers: { ["k".repeat(65)]: "v" } }), "refused");
  assertEquals(publish({ headers: { k: "é".repeat(512) } }), "frame");
  assertEquals(publish({ headers: { k: "é".repeat(512) + "v" } }), "refused");
});

Deno.test("json: a refusal's message is short, whatever was sent", () => {
  const long = "x".repeat(60_000);
  for (const line of [{ [long]: {} }, { ping: long }, { connect: { since: { [long]: 1 } } }, { id: long, ping: {} }]) {
    const decoded = only(JSON.stringify(line));
    assert(decoded.kind === "refused");
    assert(decoded.failure.message.length < 400, String(decoded.failure.message.length));
  }
});

Deno.test("json: names of JavaScript's own in since and headers are names like any other", () => {
  const decoded = only('{"connect":{"since":{"__proto__":"a","constructor":"b"}}}');
  assert(decoded.kind === "frame" && decoded.frame.type === "connect");
  const { since } = decoded.frame;
  assertEquals(Object.entries(since ?? {}), [["__proto__", "a"], ["constructor", "b"]]);
  assertEquals(since?.["toString"], undefined);
});
