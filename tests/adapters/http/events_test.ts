import { assert, assertEquals } from "@std/assert";
import { lastValueFrom } from "rxjs";
import { partitionOf } from "../../../domain/partitioner.ts";
import { HttpBench, type Listener, payloadsOf } from "./http_bench.ts";

const eventSource = { headers: { accept: "text/event-stream" } };
const named = ({ events }: Listener, name: string) => events.filter(({ event }) => event === name);
const body = (listener: Listener, name: string) => JSON.parse(named(listener, name).at(-1)!.data);

Deno.test("a stream says who it is for, and where it begins, before anything is published", async () => {
  await using bench = new HttpBench();
  const listener = await bench.listen("/events?channel=chat:lobby");
  const { status, headers } = listener.response;
  assertEquals([status, headers.get("content-type")], [200, "text/event-stream; charset=utf-8"]);
  assertEquals([headers.get("cache-control"), headers.get("x-accel-buffering")], ["no-store, no-transform", "no"]);
  assertEquals(listener.events.map(({ event }) => event), ["connected", "subscribed"]);
  assertEquals([body(listener, "connected").user, body(listener, "connected").subscriptions], ["bob", []]);
  assertEquals(listener.events.map(({ id }) => id), [undefined, body(listener, "subscribed").cursor]);
  assertEquals(listener.retryMs, 1500);
});

Deno.test("an event's id is the cursor, its data the publication; Last-Event-ID goes on without gap or double", async () => {
  await using bench = new HttpBench();
  const first = await bench.listen("/events?channel=chat:lobby");
  for (const n of [1, 2, 3]) await bench.publish("chat:lobby", n);
  const seen = named(first, "publication")[1]!;
  assertEquals([seen.id, JSON.parse(seen.data).payload], [JSON.parse(seen.data).cursor, 2]);
  await first.leave();
  await bench.publish("chat:lobby", 4);
  for (const path of ["/events?channel=chat:lobby&since=earliest", "/events?channel=chat:lobby"]) {
    const second = await bench.listen(path, { headers: { "last-event-id": seen.id! } });
    assertEquals(second.events.map(({ event }) => event), ["connected", "publication", "publication", "subscribed"]);
    assertEquals([payloadsOf(second), body(second, "subscribed").recovered], [[3, 4], true]);
    await second.leave();
  }
  const since = await bench.listen(`/events?channel=chat:lobby&since=${seen.id}`);
  await bench.publish("chat:lobby", 5);
  assertEquals(payloadsOf(since), [3, 4, 5]);
  assertEquals(payloadsOf(await bench.listen("/events?channel=chat:lobby&since=earliest")), [1, 2, 3, 4, 5]);
});

Deno.test("a cursor that is no longer good is told as not recovered, and the stream goes on", async () => {
  await using bench = new HttpBench();
  await bench.publish("chat:lobby", 1);
  const other = await bench.listen("/events?channel=chat:lobby", { headers: { "last-event-id": "1.7.3.9.0.abc" } });
  const { recovered, reason } = body(other, "subscribed");
  assertEquals([recovered, reason], [false, "log_changed"]);
  await bench.publish("chat:lobby", 2);
  assertEquals(payloadsOf(other), [2]);
});

Deno.test("a stream of several channels has the places in all of them in each id", async () => {
  await using bench = new HttpBench();
  const path = "/events?channel=chat:a&channel=chat:b&channel=text:c";
  const first = await bench.listen(path);
  await bench.publish("chat:a", "a1");
  await bench.publish("chat:b", "b1");
  await bench.publish("chat:a", "a2");
  const ids = named(first, "publication").map(({ id }) => id!.split(","));
  assertEquals(ids.map(({ length }) => length), [3, 3, 3]);
  assertEquals([ids[1]![0] === ids[0]![0], ids[2]![1] === ids[1]![1]], [true, true]);
  await first.leave();
  await bench.publish("chat:b", "b2");
  const second = await bench.listen(path, { headers: { "last-event-id": named(first, "publication")[0]!.id! } });
  assertEquals(payloadsOf(second).sort(), ["a2", "b1", "b2"]);
  assertEquals(named(second, "subscribed").map(({ data }) => JSON.parse(data).recovered), [true, true, true]);
  await bench.publish("chat:a", "a3");
  assertEquals(second.events.at(-1)!.id!.split(",").length, 3);
  const all = await bench.listen(`${path}&since=earliest`);
  assertEquals(payloadsOf(all).sort(), ["a1", "a2", "a3", "b1", "b2"]);
});

Deno.test("a user's own channel comes where it was asked for, and only there", async () => {
  await using bench = new HttpBench();
  const chat = await bench.listen("/events?channel=chat:lobby");
  const own = await bench.listen("/events?channel=user:bob");
  await bench.publish("user:bob", "for bob");
  assertEquals([payloadsOf(chat), payloadsOf(own)], [[], ["for bob"]]);
});

Deno.test("what is wrong with a request for events is answered with its status, and nothing is subscribed", async () => {
  await using bench = new HttpBench({ settings: { subscriptionsPerConnection: 2 } });
  const cases: [string, RequestInit, number, string][] = [
    ["/events", eventSource, 400, "bad_request"],
    ["/events?channel=chat%20a", eventSource, 400, "bad_channel"],
    ["/events?channel=weather:a", eventSource, 404, "unknown_channel"],
    ["/events?channel=user:ann", eventSource, 403, "forbidden"],
    ["/events?channel=chat:a&channel=user:ann", eventSource, 403, "forbidden"],
    ["/events?channel=chat:a&channel=chat:a", eventSource, 409, "already_subscribed"],
    ["/events?channel=chat:a&channel=chat:b&channel=chat:c", eventSource, 429, "limit_exceeded"],
    ["/events?channel=chat:a&since=yesterday", eventSource, 400, "bad_cursor"],
    ["/events?channel=chat:a&channel=chat:b&since=1.4.2.0.0.abc", eventSource, 400, "bad_cursor"],
    ["/events?channel=chat:a", { headers: { accept: "application/json" } }, 406, "bad_request"],
    ["/events?channel=chat:a", { method: "POST", body: "" }, 405, "bad_request"],
    ["/events?channel=chat:a", { method: "HEAD" }, 405, ""],
  ];
  for (const [path, init, status, code] of cases) {
    const response = await bench.answer(path, { ...init, user: "bob" });
    const text = await response.text();
    assertEquals(response.status, status, `${path}: ${text}`);
    if (code !== "") assertEquals(JSON.parse(text).error.code, code);
  }
  assertEquals(bench.gateway.stats().subscriptions, 0);
  assertEquals(bench.transport.stats().connections, 0);
});

Deno.test("where the gateway cannot now, an EventSource is told when to come again, as it would not after a 503", async () => {
  await using bench = new HttpBench({ settings: { answerMs: 1000 } });
  bench.log.setAvailable(false);
  bench.transport.stopAccepting();
  const plain = await bench.answer("/events?channel=chat:a", { user: "bob" });
  assertEquals([plain.status, plain.headers.get("retry-after"), (await plain.json()).error.code], [
    503,
    "1",
    "draining",
  ]);
  const listener = await bench.listen("/events?channel=chat:a", eventSource);
  assertEquals([listener.response.status, listener.over, listener.retryMs], [200, "closed", 1000]);
  assertEquals(body(listener, "refused").code, "draining");
});

Deno.test("a stream that is silent is sent a comment, one that is not is left alone", async () => {
  await using bench = new HttpBench({ limits: { pingSeconds: 20 } });
  const listener = await bench.listen("/events?channel=chat:lobby");
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) await bench.settle(1000);
    return listener.comments.length;
  };
  assertEquals([await pass(13), await pass(3)], [0, 1]);
  await pass(13);
  await bench.publish("chat:lobby", 1);
  assertEquals([await pass(13), await pass(3)], [1, 2]);
  assertEquals(listener.comments, ["ping", "ping"]);
});

Deno.test("a reader that stops is hung up on when its queue is full, and the others get everything", async () => {
  await using bench = new HttpBench({ limits: { queueBytes: 10_000 } });
  const stalled = await bench.answer("/events?channel=chat:lobby", { user: "slow", peer: bench.peer("slow") });
  const reader = stalled.body!.getReader();
  await reader.read();
  const listener = await bench.listen("/events?channel=chat:lobby");
  for (let n = 0; n < 30; n++) await bench.publish("chat:lobby", { n, pad: "x".repeat(500) });
  assertEquals(bench.hungUp, ["slow"]);
  assertEquals(payloadsOf(listener).map(({ n }) => n), Array.from({ length: 30 }, (_, n) => n));
  assertEquals([bench.transport.stats().connections, bench.gateway.stats().sessions], [1, 1]);
  await reader.cancel();
});

Deno.test("a reader that stops is ended by an error of its body where its server cannot hang up", async () => {
  await using bench = new HttpBench({ limits: { queueBytes: 10_000 } });
  const peer = { remoteAddress: "127.0.0.1" };
  const stalled = await bench.answer("/events?channel=chat:lobby", { user: "slow", peer });
  const reader = stalled.body!.getReader();
  await reader.read();
  for (let n = 0; n < 30; n++) await bench.publish("chat:lobby", { n, pad: "x".repeat(500) });
  const broken = await reader.closed.then(() => "closed", () => "broken");
  assertEquals([broken, bench.transport.stats().connections], ["broken", 0]);
});

Deno.test("a replay longer than the queue waits for its reader, and is whole", async () => {
  await using bench = new HttpBench({ limits: { queueBytes: 300_000 } });
  const count = 3_000;
  const partition = partitionOf("murmur2", { key: "lobby", partitions: 4 });
  const records = Array.from({ length: count }, (_, n) => ({
    topic: "chat",
    partition,
    key: "lobby",
    value: new TextEncoder().encode(JSON.stringify({ n, pad: "x".repeat(700) })),
    headers: {},
  }));
  const appended = lastValueFrom(bench.log.append(records));
  await bench.settle();
  await appended;
  const stalled = await bench.answer("/events?channel=chat:lobby&since=earliest", { user: "slow" });
  const listener = await bench.listen("/events?channel=chat:lobby&since=earliest");
  for (let turn = 0; turn < 100 && named(listener, "subscribed").length === 0; turn++) await bench.settle();
  assertEquals(payloadsOf(listener).map(({ n }) => n), Array.from({ length: count }, (_, n) => n));
  assertEquals([body(listener, "subscribed").recovered, bench.hungUp], [true, []]);
  // The one that does not read has its log reads waiting, and costs its queue.
  const { queuedBytes, connections } = bench.transport.stats();
  assert(queuedBytes > 0 && queuedBytes < 1_200_000, `${queuedBytes} bytes wait`);
  assertEquals(connections, 2);
  await stalled.body!.cancel();
});

Deno.test("a stream is freed when its reader leaves, and when its request is aborted", async () => {
  await using bench = new HttpBench();
  const listener = await bench.listen("/events?channel=chat:a");
  const aborted = new AbortController();
  const other = await bench.listen("/events?channel=chat:b", { signal: aborted.signal });
  assertEquals([bench.transport.stats().connections, bench.gateway.stats().subscriptions], [2, 2]);
  await listener.leave();
  aborted.abort();
  await bench.settle();
  assertEquals([bench.transport.stats().connections, bench.gateway.stats().subscriptions], [0, 0]);
  assertEquals([bench.gateway.stats().sessions, bench.telemetry.counted("connections_closed")], [0, 2]);
  await other.leave();
});

Deno.test("a drain tells streams when to come again, ends them spread over its time, and takes nobody new", async () => {
  await using bench = new HttpBench();
  const listener = await bench.listen("/events?channel=chat:a");
  bench.transport.stopAccepting();
  bench.drain.next({ withinMs: 10_000 });
  await bench.settle();
  assertEquals([listener.retryMs, body(listener, "draining")], [1000, { reconnectAfterMs: 1000 }]);
  assertEquals(
    (await bench.answer("/publish?channel=chat:a", {
      method: "POST",
      body: "1",
      headers: { "content-type": "application/json" },
    })).status,
    503,
  );
  await bench.settle(2_999);
  assertEquals(listener.over, "no");
  await bench.settle(1);
  assertEquals([listener.over, body(listener, "disconnected").name], ["closed", "draining"]);
  assertEquals(bench.gateway.stats().sessions, 0);
});

Deno.test("a stream that the gateway ends says why, after what was queued; who does not read that is hung up on", async () => {
  await using bench = new HttpBench({ limits: { closeSeconds: 5 } });
  const listener = await bench.listen("/events?channel=chat:a");
  const stalled = await bench.answer("/events?channel=chat:b", { user: "slow", peer: bench.peer("slow") });
  await bench.publish("chat:b", 1);
  bench.transport.close();
  await bench.settle();
  assertEquals([listener.over, body(listener, "disconnected")], ["closed", {
    code: 4000,
    name: "draining",
    retry: "retry",
  }]);
  for (let second = 0; second < 8; second++) await bench.settle(1000);
  assertEquals([bench.hungUp, bench.transport.stats().connections], [["slow"], 0]);
  await stalled.body!.cancel();
});
