import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { PublishFrame } from "../../domain/frame.ts";
import { testGateway } from "../../testing/mod.ts";

/** A publish that can be sent again under its message id. */
function named(channel: string): PublishFrame {
  return { type: "publish", id: 9, channel, messageId: "m", payload: { kind: "json", text: "1" } };
}

Deno.test("a client is told who it is, and is subscribed to its own channel", () => {
  using bench = testGateway();
  const client = bench.connect("ann");
  const [connected] = client.received;
  assert(connected?.type === "connected");
  assertEquals(connected.user, "ann");
  assertEquals(connected.subscriptions.map(({ channel, recovered }) => ({ channel, recovered })), [
    { channel: "user:ann", recovered: true },
  ]);
});

Deno.test("a silent client is connected after the wait, and misses nothing meanwhile", () => {
  using bench = testGateway();
  const silent = bench.open("ann");
  const bob = bench.connect("bob");
  bench.clock.advance(999);
  assertEquals(silent.received, []);
  bob.publishJson("user:ann", '"early"');
  bench.clock.advance(1);
  assertEquals(silent.received.map(({ type }) => type), ["publication", "connected"]);
  bob.publishJson("user:ann", '"hello"');
  assertEquals(silent.texts, ['"early"', '"hello"']);
});

Deno.test("a client that does not begin with connect is connected before its first frame is answered", () => {
  using bench = testGateway();
  const client = bench.open("ann");
  client.send({ type: "ping", id: 1 }, { type: "ping", id: 2 });
  bench.settle();
  assertEquals(client.received.map(({ type }) => type), ["connected", "pong", "pong"]);
});

Deno.test("a late connect is refused, and the connection goes on", () => {
  using bench = testGateway();
  const client = bench.connect("ann");
  client.send({ type: "connect" });
  assertEquals(client.last("error")?.failure.code, "already_connected");
  client.send({ type: "ping", id: 3 });
  assertEquals(client.last("pong")?.id, 3);
});

Deno.test("a publish is answered with its position, and every subscriber gets it once", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  const bob = bench.subscriber("bob", "chat:lobby");
  ann.publishJson("chat:lobby", '{"n":1}', '{"n":2}');
  assertEquals(ann.received.filter(({ type }) => type === "published").length, 2);
  assertEquals(ann.last("published"), {
    type: "published",
    id: 3,
    channel: "chat:lobby",
    partition: bench.log ? ann.last("published")!.partition : 0,
    offset: 1,
    duplicate: false,
  });
  assertEquals(ann.texts, ['{"n":1}', '{"n":2}']);
  assertEquals(bob.texts, ['{"n":1}', '{"n":2}']);
  assertEquals(bob.publications[0]?.sender, "ann");
});

Deno.test("a publish without an id gets no answer, unless it is refused", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  ann.send({ type: "publish", id: undefined, channel: "chat:lobby", payload: { kind: "json", text: "1" } });
  bench.settle();
  assertEquals(ann.texts, ["1"]);
  assertEquals(ann.last("published"), undefined);
  ann.send({ type: "publish", id: undefined, channel: "nowhere", payload: { kind: "json", text: "1" } });
  assertEquals(ann.last("error")?.failure.code, "unknown_channel");
});

Deno.test("on a route without echo the publishing connection alone does not get its publication", () => {
  using bench = testGateway({ routes: [{ channel: "chat:{room}", topic: "chat", echo: false }] });
  const ann = bench.subscriber("ann", "chat:lobby");
  const annElsewhere = bench.subscriber("ann", "chat:lobby");
  ann.publishJson("chat:lobby", "1");
  assertEquals([ann.texts, annElsewhere.texts], [[], ["1"]]);
});

Deno.test("a direct message reaches all sockets of the receiver and the other sockets of the sender", () => {
  using bench = testGateway();
  const [ann1, ann2] = [bench.connect("ann"), bench.connect("ann")];
  const [bob1, bob2] = [bench.connect("bob"), bench.connect("bob")];
  const eve = bench.connect("eve");
  ann1.publishJson("user:bob", '"psst"');
  assertEquals([bob1.texts, bob2.texts, ann2.texts, ann1.texts, eve.texts], [
    ['"psst"'],
    ['"psst"'],
    ['"psst"'],
    [],
    [],
  ]);
  assertEquals(bob1.publications[0]?.channel, "user:bob");
  assertEquals(bob1.publications[0]?.to, undefined);
  assertEquals(ann2.publications[0]?.channel, "user:ann");
  assertEquals(ann2.publications[0]?.to, "user:bob");
  assertEquals(ann1.last("published")?.duplicate, false);
});

Deno.test("a message to oneself comes once to each socket, the sending one included", () => {
  using bench = testGateway();
  const [ann1, ann2] = [bench.connect("ann"), bench.connect("ann")];
  ann1.publishJson("user:ann", "1");
  assertEquals([ann1.texts, ann2.texts], [["1"], ["1"]]);
});

Deno.test("nobody reads another user's channel", () => {
  using bench = testGateway();
  const eve = bench.connect("eve");
  eve.send({ type: "subscribe", id: 1, channel: "user:bob", since: "earliest" });
  eve.send({ type: "history", id: 2, channel: "user:bob" }, { type: "presence", id: 3, channel: "user:bob" });
  bench.settle();
  const errors = eve.received.flatMap((frame) => frame.type === "error" ? [[frame.id, frame.failure.code]] : []);
  assertEquals(errors, [[1, "forbidden"], [2, "forbidden"], [3, "forbidden"]]);
});

Deno.test("a message to a user id in upper case, which nobody has, is refused with the right one", () => {
  using bench = testGateway();
  const ann = bench.connect("ann");
  ann.publishJson("user:0A0B0C0D-0000-4000-8000-000000000001", "1");
  assertEquals(ann.last("error")?.failure.code, "bad_channel");
  assertStringIncludes(ann.last("error")!.failure.message, "user:0a0b0c0d-0000-4000-8000-000000000001");
});

Deno.test("a message that is sent again with its id is delivered once, and answered with its first position", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  const again = named("chat:lobby");
  ann.send(again);
  bench.settle();
  ann.send(again);
  bench.settle();
  assertEquals(ann.texts, ["1"]);
  const answers = ann.received.filter((frame) => frame.type === "published");
  assertEquals(answers.map(({ offset, duplicate }) => ({ offset, duplicate })), [
    { offset: 0, duplicate: false },
    { offset: 0, duplicate: true },
  ]);
});

Deno.test("a message whose append was written but not confirmed is delivered once when it is sent again", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  const message = named("chat:lobby");
  bench.log.failNextAppend("unknown-but-written");
  ann.send(message);
  bench.settle();
  assertEquals(ann.last("error")?.failure.code, "unavailable");
  bench.clock.advance(ann.last("error")!.failure.retryAfterMs);
  ann.send(message);
  bench.settle();
  assertEquals(ann.texts, ["1"]);
  assertEquals(ann.last("published")?.duplicate, true);
});

Deno.test("what was sent before the client could hear of a failure is not written in front of what is sent again", () => {
  using bench = testGateway();
  const [ann, bob] = [bench.subscriber("ann", "chat:lobby"), bench.connect("bob")];
  bench.log.failNextAppend("unknown-not-written");
  ann.publishJson("chat:lobby", "1");
  ann.publishJson("chat:lobby", "2");
  assertEquals(ann.received.filter(({ type }) => type === "error").length, 2);
  // Others, and other channels, do not wait for it.
  bob.publishJson("chat:lobby", "0");
  ann.publishJson("chat:other", "9");
  assertEquals([ann.last("published")?.channel, ann.texts], ["chat:other", ["0"]]);
  bench.clock.advance(ann.last("error")!.failure.retryAfterMs);
  ann.publishJson("chat:lobby", "1");
  ann.publishJson("chat:lobby", "2");
  assertEquals(ann.texts, ["0", "1", "2"]);
});

Deno.test("a direct message whose copy is missing is completed when it is sent again", () => {
  using bench = testGateway();
  const [ann1, ann2] = [bench.connect("ann"), bench.connect("ann")];
  const message = named("user:bob");
  bench.log.failNextAppend("unknown-not-written");
  ann1.send(message);
  bench.settle();
  bench.clock.advance(1_000);
  ann1.send(message);
  bench.settle();
  assertEquals(ann1.last("published")?.id, 9);
  assertEquals(ann2.texts, ["1"]);
});

Deno.test("a channel goes on from a cursor without gap or duplicate", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.publishJson("chat:lobby", "1", "2");
  const since = ann.publications[0]!.cursor;
  ann.end();
  bob.publishJson("chat:other", "0");
  bob.publishJson("chat:lobby", "3");
  const again = bench.subscriber("ann", "chat:lobby", { since });
  bob.publishJson("chat:lobby", "4");
  assertEquals(again.texts, ["2", "3", "4"]);
  assertEquals(again.last("subscribed")?.recovered, true);
});

Deno.test("the cursor of a subscribe on an empty channel is enough to go on from", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  const since = ann.last("subscribed")!.cursor;
  ann.end();
  const bob = bench.connect("bob");
  bob.publishJson("chat:lobby", "1", "2");
  const again = bench.subscriber("ann", "chat:lobby", { since });
  assertEquals([again.texts, again.last("subscribed")?.recovered], [["1", "2"], true]);
});

Deno.test("earliest is everything that the log has", () => {
  using bench = testGateway();
  const bob = bench.connect("bob");
  bob.publishJson("chat:lobby", "1", "2");
  assertEquals(bench.subscriber("ann", "chat:lobby", { since: "earliest" }).texts, ["1", "2"]);
});

Deno.test("what is published while a subscription replays comes after the replay, once", () => {
  using bench = testGateway();
  const bob = bench.connect("bob");
  const start = bench.subscriber("ann", "chat:lobby").last("subscribed")!.cursor;
  bob.publishJson("chat:lobby", "1", "2");
  const slow = bench.connect("ann");
  slow.send({ type: "subscribe", id: 1, channel: "chat:lobby", since: start });
  bob.publishJson("chat:lobby", "3", "4");
  bench.settle();
  assertEquals(slow.texts, ["1", "2", "3", "4"]);
  assertEquals(slow.received.filter(({ type }) => type === "subscribed").length, 1);
});

Deno.test("own channels go on from the cursors of connect", () => {
  using bench = testGateway();
  const ann = bench.connect("ann");
  const since = ann.last("connected")!.subscriptions[0]!.cursor;
  ann.end();
  const bob = bench.connect("bob");
  bob.publishJson("user:ann", "1", "2");
  const again = bench.connect("ann", { "user:ann": since });
  assertEquals(again.texts, ["1", "2"]);
  assertEquals(again.last("connected")?.subscriptions[0]?.recovered, true);
});

Deno.test("a cursor that the log has expired is not recovered, and the subscription is live", () => {
  using bench = testGateway();
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.publishJson("chat:lobby", "1", "2", "3", "4");
  const { partition } = bob.last("published")!;
  const since = bob.publications[0]!.cursor;
  bench.log.trim({ topic: "chat", partition }, 3);
  const ann = bench.subscriber("ann", "chat:lobby", { since });
  const subscribed = ann.last("subscribed")!;
  assertEquals([subscribed.recovered, subscribed.reason], [false, "expired"]);
  bob.publishJson("chat:lobby", "5");
  assertEquals(ann.texts, ["5"]);
});

Deno.test("a cursor of a topic that was made anew is not recovered, and those who were live are told of the gap", () => {
  using bench = testGateway();
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.publishJson("chat:lobby", "1", "2", "3");
  const since = bob.publications[1]!.cursor;
  bench.log.recreate("chat");
  bench.clock.advance(1);
  assertEquals(bob.last("gap")?.reason, "log_changed");
  bob.publishJson("chat:lobby", "4", "5", "6");
  const ann = bench.subscriber("ann", "chat:lobby", { since });
  assertEquals([ann.last("subscribed")?.recovered, ann.last("subscribed")?.reason], [false, "log_changed"]);
  assertEquals(bob.texts, ["1", "2", "3", "4", "5", "6"]);
});

Deno.test("a replay past its limit is too far", () => {
  using bench = testGateway({ settings: { replay: { publications: 3, offsets: 1_000, bytes: 1_000_000 } } });
  const bob = bench.subscriber("bob", "chat:lobby");
  const since = bob.last("subscribed")!.cursor;
  bob.publishJson("chat:lobby", "1", "2", "3", "4", "5");
  const ann = bench.subscriber("ann", "chat:lobby", { since });
  assertEquals([ann.last("subscribed")?.recovered, ann.last("subscribed")?.reason], [false, "too_far"]);
  bob.publishJson("chat:lobby", "6");
  assertEquals(ann.texts, ["1", "2", "3", "6"]);
});

Deno.test("a cursor of another channel's partition, or no cursor at all, is refused", () => {
  using bench = testGateway();
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.publishJson("chat:lobby", "1");
  const cursor = bob.publications[0]!.cursor.split(".");
  cursor[2] = String((Number(cursor[2]) + 1) % 4);
  for (const since of [cursor.join("."), "nonsense", JSON.stringify({ partition: 0, offset: "1" })]) {
    const ann = bench.subscriber("ann", "chat:lobby", { since });
    assertEquals(ann.last("error")?.failure.code, "bad_cursor", since);
  }
});

Deno.test("replays leave out the same duplicates as the live stream, also those from before this node began", () => {
  using first = testGateway();
  const ann = first.subscriber("ann", "chat:lobby");
  const since = ann.last("subscribed")!.cursor;
  const message = named("chat:lobby");
  first.log.failNextAppend("unknown-but-written");
  ann.send(message);
  ann.send(message);
  ann.publishJson("chat:lobby", "2");
  assertEquals(ann.texts, ["1", "2"]);
  assertEquals(first.subscriber("bob", "chat:lobby", { since }).texts, ["1", "2"]);
  using second = testGateway({ beside: first });
  assertEquals(second.subscriber("bob", "chat:lobby", { since }).texts, ["1", "2"]);
});

Deno.test("two gateways on one log deliver the same", () => {
  using first = testGateway();
  using second = testGateway({ beside: first });
  const ann = first.subscriber("ann", "chat:lobby");
  const bob = second.subscriber("bob", "chat:lobby");
  ann.publishJson("chat:lobby", "1");
  bob.publishJson("chat:lobby", "2");
  ann.publishJson("user:bob", '"psst"');
  first.settle();
  assertEquals(ann.texts, ["1", "2"]);
  assertEquals(bob.texts, ["1", "2", '"psst"']);
});

Deno.test("a subscription ends when asked, and so does its replay", () => {
  using bench = testGateway();
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.publishJson("chat:lobby", "1");
  const ann = bench.subscriber("ann", "chat:lobby");
  ann.send({ type: "unsubscribe", id: 2, channel: "chat:lobby" }, {
    type: "unsubscribe",
    id: 3,
    channel: "chat:lobby",
  });
  assertEquals(ann.last("unsubscribed")?.id, 2);
  assertEquals(ann.last("error")?.failure.code, "not_subscribed");
  bob.publishJson("chat:lobby", "2");
  assertEquals(ann.texts, []);
  ann.send({ type: "subscribe", id: 4, channel: "chat:lobby" });
  bob.publishJson("chat:lobby", "3");
  assertEquals(ann.texts, ["3"]);
});

Deno.test("a second subscribe, and one too many, are refused", () => {
  using bench = testGateway({ settings: { subscriptionsPerConnection: 3 } });
  const ann = bench.connect("ann");
  for (const channel of ["chat:a", "chat:a", "chat:b", "chat:c"]) ann.send({ type: "subscribe", id: 1, channel });
  bench.settle();
  const codes = ann.received.flatMap((frame) => frame.type === "error" ? [frame.failure.code] : []);
  assertEquals(codes, ["already_subscribed", "limit_exceeded"]);
});

Deno.test("a user has no more connections than the limit, and a place is free again when one ends", () => {
  using bench = testGateway({ settings: { connectionsPerUser: 2 } });
  const [first] = [bench.connect("ann"), bench.connect("ann")];
  assertEquals(bench.connect("ann").closed?.name, "limit_exceeded");
  assertEquals(bench.connect("bob").closed, undefined);
  first!.end();
  assertEquals(bench.connect("ann").closed, undefined);
});

Deno.test("presence tells the users of a channel and how many connections each has", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  bench.subscriber("ann", "chat:lobby");
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.end();
  bench.subscriber("eve", "chat:other");
  ann.send({ type: "presence", id: 5, channel: "chat:lobby" });
  assertEquals(ann.last("presence")?.users, [{ user: "ann", sessions: 2 }]);
});

Deno.test("history comes a page at a time, each in log order, until there is no more", () => {
  using bench = testGateway();
  const ann = bench.connect("ann");
  ann.publishJson("chat:lobby", "1", "2");
  ann.publishJson("chat:elsewhere", "0");
  ann.publishJson("chat:lobby", "3", "4", "5");
  const pages: (string | undefined)[][] = [];
  let before: string | undefined;
  for (let more = true; more;) {
    ann.send({ type: "history", id: 5, channel: "chat:lobby", limit: 2, ...(before ? { before } : {}) });
    bench.settle();
    const page = ann.last("history")!;
    pages.push(page.publications.map(({ payload }) => payload?.kind === "json" ? payload.text : undefined));
    ({ more, cursor: before } = page);
  }
  assertEquals(pages.filter((page) => page.length > 0), [["4", "5"], ["2", "3"], ["1"]]);
});

Deno.test("the cursor of a publication in history is one to subscribe from", () => {
  using bench = testGateway();
  const ann = bench.connect("ann");
  ann.publishJson("chat:lobby", "1", "2", "3");
  ann.send({ type: "history", id: 5, channel: "chat:lobby" });
  bench.settle();
  const since = ann.last("history")!.publications[1]!.cursor;
  assertEquals(bench.subscriber("bob", "chat:lobby", { since }).texts, ["3"]);
});

Deno.test("while the log is away publishes are refused at once, sockets stay open, and then it goes on", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  bench.log.setAvailable(false, "the broker is gone");
  ann.publishJson("chat:lobby", "1");
  const refused = ann.last("error")!.failure;
  assertEquals([refused.code, refused.retry], ["unavailable", "wait"]);
  assertEquals(refused.message, "Cannot publish to chat:lobby: the log is away; nothing was written");
  assertEquals(bench.gateway.readiness().ready, false);
  bench.log.setAvailable(true);
  bench.clock.advance(refused.retryAfterMs);
  ann.publishJson("chat:lobby", "2");
  assertEquals([ann.texts, ann.closed], [["2"], undefined]);
  assertEquals(bench.gateway.readiness().ready, true);
});

Deno.test("a resume while the log is away is answered as unavailable, and can be tried again", () => {
  using bench = testGateway();
  const bob = bench.subscriber("bob", "chat:lobby");
  bob.publishJson("chat:lobby", "1", "2");
  const since = bob.publications[0]!.cursor;
  bench.log.setAvailable(false, "gone");
  const ann = bench.subscriber("ann", "chat:lobby", { since });
  bench.clock.advance(30_000);
  assertEquals(ann.last("error")?.failure.code, "unavailable");
  bench.log.setAvailable(true);
  ann.send({ type: "subscribe", id: 2, channel: "chat:lobby", since });
  bench.settle();
  assertEquals(ann.texts, ["2"]);
});

Deno.test("bytes that are no frames end the connection, after the frames before them were answered", () => {
  using bench = testGateway();
  const ann = bench.connect("ann");
  ann.sendText('{"id":1,"ping":{}}\nno frame');
  assertEquals([ann.last("pong")?.id, ann.closed?.code], [1, 4500]);
});

Deno.test("a connection that ends gives everything back", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  const bob = bench.subscriber("bob", "chat:lobby");
  ann.end();
  bob.send({ type: "presence", id: 1, channel: "chat:lobby" });
  assertEquals(bob.last("presence")?.users, [{ user: "bob", sessions: 1 }]);
});

Deno.test("a drain tells every client, answers what is in flight, closes all within its time, and completes", () => {
  using bench = testGateway();
  const clients = Array.from({ length: 20 }, (_, at) => bench.subscriber(`user-${at}`, "chat:lobby"));
  bench.drain(10_000);
  assertEquals(bench.gateway.readiness().checks.drain, "draining");
  for (const client of clients) assertEquals(client.last("draining")?.type, "draining");
  clients[0]!.publishJson("chat:lobby", "1");
  assertEquals(clients[0]!.last("published")?.offset, 0);
  assertEquals(clients.filter(({ closed }) => closed).length, 0);
  bench.clock.advance(10_000);
  assertEquals(clients.map(({ closed }) => closed?.code), clients.map(() => 4000));
  assertEquals(bench.ended, "completed");
});

Deno.test("a record that cannot be shown is counted and left out, and the next one comes", () => {
  using bench = testGateway();
  const ann = bench.subscriber("ann", "chat:lobby");
  ann.publishJson("chat:lobby", "1");
  const { partition } = ann.last("published")!;
  const record = { topic: "chat", partition, key: "lobby", headers: {} };
  const bytes = (text: string) => new TextEncoder().encode(text);
  bench.log.append([
    { ...record, value: bytes("{not json") },
    { ...record, value: new Uint8Array([0xff, 0xfe]) },
    { ...record, value: null },
    { ...record, value: bytes('{"big":\r\n12345678901234567890}') },
  ]).subscribe();
  bench.settle();
  assertEquals(ann.texts, ["1", null, '{"big":  12345678901234567890}']);
  assertEquals(bench.telemetry.counted("records_unreadable"), 2);
});

Deno.test("a misplaced record is delivered live, counted, and the operator is told the fix", () => {
  using bench = testGateway({ topics: { chat: 6, direct: 4 } });
  const ann = bench.subscriber("ann", "chat:lobby");
  const value = new TextEncoder().encode("1");
  bench.log.append([{ topic: "chat", partition: 5, key: "lobby", headers: {}, value }]).subscribe();
  bench.settle();
  assertEquals(ann.texts, ["1"]);
  assertEquals(bench.telemetry.counted("records_misplaced"), 1);
  assertStringIncludes(
    String(bench.telemetry.notes.find(({ level }) => level === "warn")?.fields?.fix),
    'partitioner = "crc32"',
  );
  // Its cursor is one that the channel can go on from.
  assertEquals(
    bench.subscriber("bob", "chat:lobby", { since: ann.publications[0]!.cursor }).last("subscribed")?.recovered,
    true,
  );
});

Deno.test("a client with too many requests under way is not read until they are answered", () => {
  using bench = testGateway({ settings: { publishesInFlight: 4 } });
  const ann = bench.connect("ann");
  bench.log.holdAppends(true);
  const publish = (id: number) =>
    ({ type: "publish", id, channel: "chat:lobby", payload: { kind: "json", text: "1" } }) as const;
  ann.send(...[1, 2, 3, 4, 5, 6].map(publish));
  bench.settle();
  assertEquals(ann.reading, ["pause"]);
  bench.log.holdAppends(false);
  bench.settle();
  assertEquals(ann.reading.at(-1), "resume");
  assertEquals(ann.received.filter(({ type }) => type === "published").length, 6);
});
