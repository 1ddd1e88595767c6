import { assertEquals, assertStringIncludes } from "@std/assert";
import { NEVER } from "rxjs";
import { riggedLog } from "../../../testing/rigged_log.ts";
import { HttpBench, payloadsOf } from "./http_bench.ts";

const json = { "content-type": "application/json" };
const post = (body: BodyInit, headers: Record<string, string> = json) => ({
  method: "POST",
  body,
  headers,
  user: "ann",
});

Deno.test("a publish is answered with its position, and subscribers get it", async () => {
  await using bench = new HttpBench();
  const listener = await bench.listen("/events?channel=chat:lobby");
  const response = await bench.answer("/publish?channel=chat:lobby", post('\ufeff {"n":12345678901234567890}\r\n'));
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/json; charset=utf-8"]);
  const { channel, position, duplicate } = await response.json();
  assertEquals([channel, position.offset, duplicate], ["chat:lobby", "0", false]);
  await bench.settle();
  const { data } = listener.events.at(-1)!;
  assertStringIncludes(data, '"payload":{"n":12345678901234567890}');
  assertEquals(JSON.parse(data).sender, "ann");
});

Deno.test("a publish sent again with its Idempotency-Key, quoted or not, is delivered once", async () => {
  await using bench = new HttpBench();
  const listener = await bench.listen("/events?channel=chat:lobby");
  const first = await bench.publish("chat:lobby", 1, { "idempotency-key": "key-1" });
  const again = await bench.publish("chat:lobby", 1, { "idempotency-key": '"key-1"' });
  assertEquals(again, { ...first, duplicate: true });
  await bench.publish("chat:lobby", 2);
  await bench.publish("chat:lobby", 2);
  await bench.settle();
  assertEquals(payloadsOf(listener), [1, 2, 2]);
});

Deno.test("the content type says the kind of the payload", async () => {
  await using bench = new HttpBench();
  const listener = await bench.listen("/events?channel=chat:a&channel=text:a&channel=bytes:a");
  const bodies: [string, string, BodyInit][] = [
    ["chat:a", "application/json", '{"a":1}'],
    ["chat:a", "application/cloudevents+json; charset=UTF-8", "[]"],
    ["chat:a", "text/plain;charset=utf-8", "plain\nlines"],
    ["text:a", "text/plain", "two\nlines"],
    ["text:a", "application/json", '"quoted"'],
    ["bytes:a", "application/octet-stream", new Uint8Array([0, 255])],
  ];
  for (const [channel, type, body] of bodies) {
    const response = await bench.answer(`/publish?channel=${channel}`, post(body, { "content-type": type }));
    assertEquals(response.status, 200, `${type} on ${channel}: ${await response.text()}`);
  }
  await bench.settle();
  assertEquals(payloadsOf(listener), [{ a: 1 }, [], "plain\nlines", "two\nlines", "quoted", undefined]);
  assertEquals(JSON.parse(listener.events.at(-1)!.data).payload64, "AP8=");
});

Deno.test("headers that begin with tidegate-header- are the message's", async () => {
  await using bench = new HttpBench();
  const listener = await bench.listen("/events?channel=chat:lobby");
  await bench.publish("chat:lobby", 1, { "tidegate-header-trace": "7", "x-other": "no" });
  await bench.settle();
  assertEquals(JSON.parse(listener.events.at(-1)!.data).headers, { trace: "7" });
});

Deno.test("what is wrong with a publish is answered with its status, code, and the way out", async () => {
  await using bench = new HttpBench({ limits: { maxBodyBytes: 100 } });
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`tidegate-header-h${at}`, "1"]));
  const cases: [string, RequestInit & { user?: string }, number, string, string][] = [
    ["/publish", post("1"), 400, "bad_request", "channel=chat:lobby"],
    ["/publish?channel=chat:a&channel=chat:b", post("1"), 400, "bad_request", "2 channels"],
    ["/publish?channel=chat%20a", post("1"), 400, "bad_channel", "chat a"],
    ["/publish?channel=weather:a", post("1"), 404, "unknown_channel", "weather:a"],
    ["/publish?channel=chat:a", post("{"), 400, "bad_request", "one JSON value"],
    ["/publish?channel=chat:a", post(""), 400, "bad_request", "0 bytes"],
    ["/publish?channel=chat:a", post('1},"x":{'), 400, "bad_request", "one JSON value"],
    ["/publish?channel=chat:a", post(new Uint8Array([34, 255, 34])), 400, "bad_request", "UTF-8"],
    [
      "/publish?channel=chat:a",
      post("a=1", { "content-type": "application/x-www-form-urlencoded" }),
      415,
      "bad_payload",
      "application/json",
    ],
    [
      "/publish?channel=chat:a",
      post("1", { "content-type": "application/json;charset=latin1" }),
      415,
      "bad_payload",
      "UTF-8",
    ],
    ["/publish?channel=chat:a", { method: "POST", body: new Uint8Array([49]) }, 415, "bad_payload", "no type"],
    ["/publish?channel=chat:a", post("1", { ...json, "content-encoding": "gzip" }), 415, "bad_payload", "gzip"],
    [
      "/publish?channel=chat:a",
      post("1", { "content-type": "application/octet-stream" }),
      415,
      "bad_payload",
      "content type",
    ],
    ["/publish?channel=text:a", post("1"), 415, "bad_payload", "string"],
    ["/publish?channel=chat:a", post("1", { ...json, "idempotency-key": "a b" }), 400, "bad_request", "messageId"],
    [
      "/publish?channel=chat:a",
      post("1", { ...json, "tidegate-header-tidegate-sender": "eve" }),
      400,
      "bad_request",
      "tidegate-sender",
    ],
    ["/publish?channel=chat:a", post("1", { ...json, "tidegate-header-a": "é" }), 400, "bad_request", "ASCII"],
    ["/publish?channel=chat:a", post("1", { ...json, ...many }), 400, "bad_request", "at most 32"],
    ["/publish?channel=chat:a", post(`"${"x".repeat(100)}"`), 413, "too_large", "100 bytes"],
    ["/publish?channel=chat:a", { method: "GET" }, 405, "bad_request", "POST"],
    ["/publish?channel=chat:a", { method: "HEAD" }, 405, "", ""],
  ];
  for (const [path, init, status, code, words] of cases) {
    const response = await bench.answer(path, init);
    const body = await response.text();
    assertEquals(response.status, status, `${path} ${JSON.stringify(init)}: ${body}`);
    if (code === "") continue;
    const { error } = JSON.parse(body);
    assertEquals([error.code, error.retry, error.retryAfterMs], [code, "none", 0]);
    assertStringIncludes(error.message, words);
    assertEquals(response.headers.get("retry-after"), null);
  }
  assertEquals((await bench.answer("/publish", { method: "PUT", body: "1" })).headers.get("allow"), "POST, OPTIONS");
  assertEquals(bench.transport.stats().connections, 0);
});

Deno.test("a body that says it is small and is not is cut off at the limit, and one that never ends at the deadline", async () => {
  await using bench = new HttpBench({ limits: { maxBodyBytes: 100, handshakeSeconds: 5 } });
  let cancelled = 0;
  const endless = (bytes: number) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (bytes === 0) return new Promise(() => {});
        controller.enqueue(new Uint8Array(bytes));
      },
      cancel: () => void cancelled++,
    });
  const long = await bench.answer("/publish?channel=chat:a", post(endless(64)));
  assertEquals(long.status, 413);
  const slow = bench.ask("/publish?channel=chat:a", post(endless(0)));
  await bench.settle();
  await bench.settle(4_999);
  await bench.settle(1);
  const answer = await slow;
  assertEquals([answer.status, (await answer.json()).error.code, cancelled], [408, "bad_request", 2]);
});

Deno.test("while the log is away a publish is answered 503, and when to come again", async () => {
  await using bench = new HttpBench();
  bench.log.setAvailable(false);
  const response = await bench.answer("/publish?channel=chat:a", post("1"));
  assertEquals([response.status, response.headers.get("retry-after")], [503, "1"]);
  const { error } = await response.json();
  assertEquals([error.code, error.retry, error.retryAfterMs], ["unavailable", "wait", 1000]);
});

Deno.test("a publish whose outcome is not known says to send it again with the same Idempotency-Key", async () => {
  await using bench = new HttpBench();
  bench.log.failNextAppend("unknown-but-written");
  const response = await bench.answer("/publish?channel=chat:a", post("1"));
  const { error } = await response.json();
  assertEquals([response.status, error.code], [503, "unavailable"]);
  assertStringIncludes(error.message, "Idempotency-Key");
});

Deno.test("an anonymous client is told by a header who it is, and stays so by sending it back", async () => {
  await using bench = new HttpBench();
  const anonymous = (headers: Record<string, string> = {}) =>
    bench.answer("/publish?channel=chat:a", {
      method: "POST",
      body: "1",
      headers: { ...json, "idempotency-key": "k", ...headers },
    });
  const first = await anonymous();
  const resume = first.headers.get("tidegate-resume")!;
  assertEquals([resume, (await first.json()).duplicate], ["new", false]);
  assertEquals((await (await anonymous()).json()).duplicate, false);
  assertEquals((await (await anonymous({ "tidegate-resume": "me" })).json()).duplicate, false);
  assertEquals((await (await anonymous({ "tidegate-resume": "me" })).json()).duplicate, true);
});

Deno.test("a user's publishes in flight count as connections of the user, and no longer", async () => {
  await using bench = new HttpBench({ settings: { connectionsPerUser: 2 } });
  await bench.listen("/events?channel=chat:a");
  await bench.listen("/events?channel=chat:b");
  const third = await bench.answer("/events?channel=chat:c", { user: "bob" });
  assertEquals([third.status, (await third.json()).error.code], [429, "limit_exceeded"]);
  assertEquals((await bench.answer("/publish?channel=chat:a", { ...post("1"), user: "bob" })).status, 429);
  for (let at = 0; at < 5; at++) assertEquals((await bench.answer("/publish?channel=chat:a", post("1"))).status, 200);
});

Deno.test("a client that goes before it was answered leaves nothing behind", async () => {
  await using bench = new HttpBench({ rigLog: (log) => riggedLog(log, { append: () => NEVER }) });
  const leaving = new AbortController();
  const asked = bench.ask("/publish?channel=chat:a", { ...post("1"), signal: leaving.signal });
  await bench.settle();
  assertEquals([bench.transport.stats().connections, bench.gateway.stats().sessions], [1, 1]);
  leaving.abort();
  await bench.settle();
  await asked;
  assertEquals([bench.transport.stats().connections, bench.gateway.stats().sessions], [0, 0]);
});
