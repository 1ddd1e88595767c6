import { assertEquals } from "@std/assert";
import { over } from "../../domain/outbound.ts";
import { type TestGateway, testGateway, type TestGatewayOptions } from "../../testing/mod.ts";

const REST_MS = 30_000;

/** A gateway of one partition of `chat`, which rests, and another one beside it whose partitions never do. */
function scene(options: Pick<TestGatewayOptions, "routes" | "settings" | "topics"> = {}) {
  const routes = options.routes ?? [{ channel: "chat:{room}", topic: "chat" }];
  const topics = options.topics ?? { chat: 1 };
  const steady = testGateway({ routes, topics, name: "steady-" });
  const resting = testGateway({
    routes,
    beside: steady,
    name: "resting-",
    settings: { ...options.settings, restAfterMs: REST_MS },
  });
  const publisher = steady.connect("ann");
  let sent = 0;
  return {
    resting,
    publish(count = 1, channel = "chat:lobby") {
      for (let at = 0; at < count; at++) publisher.publishJson(channel, String(++sent));
      steady.settle();
    },
    read: () => resting.telemetry.counted("records_read"),
    wait: (ms: number) => steady.clock.advance(ms),
    [Symbol.dispose]() {
      resting[Symbol.dispose]();
      steady[Symbol.dispose]();
    },
  };
}

/** A client of a gateway that subscribes, once it is answered. */
function subscriber({ resting, wait }: { resting: TestGateway; wait(ms: number): void }, since?: string) {
  const client = resting.connect("bob");
  client.subscribe("chat:lobby", since === undefined ? {} : { since });
  wait(50);
  return client;
}

Deno.test("rest: what nobody needs is read for a while, and then no more", () => {
  using world = scene();
  world.publish();
  world.wait(REST_MS - 1);
  world.publish();
  assertEquals(world.read(), 2);
  world.wait(REST_MS);
  world.publish(3);
  world.publish();
  assertEquals([world.read(), world.resting.gateway.readiness().ready], [2, true]);
});

Deno.test("rest: who subscribes gets what comes from then on, and nothing of before", () => {
  using world = scene();
  world.wait(REST_MS);
  world.publish(5);
  const bob = subscriber(world);
  assertEquals([bob.last("subscribed")?.recovered, bob.texts], [true, []]);
  world.publish();
  assertEquals(bob.texts, ["6"]);
});

Deno.test("rest: who comes back with a cursor gets all of it, however long the partition rested", () => {
  using world = scene({ settings: { duplicates: { offsets: 10, ms: 60_000 } } });
  world.publish();
  const before = subscriber(world);
  const since = before.last("subscribed")!.cursor;
  before.end();
  for (const missed of [3, 50]) {
    world.wait(REST_MS * 2);
    world.publish(missed);
    const bob = subscriber(world, since);
    assertEquals([bob.last("subscribed")?.recovered, bob.texts.length], [true, missed === 3 ? 3 : 53]);
    bob.end();
  }
});

Deno.test("rest: a partition with a subscriber is read for ever", () => {
  using world = scene();
  const bob = subscriber(world);
  for (let at = 0; at < 10; at++) {
    world.wait(REST_MS * 3);
    world.publish();
  }
  assertEquals(bob.texts.length, 10);
});

Deno.test("rest: a partition rests again when its subscriber has left", () => {
  using world = scene();
  subscriber(world).end();
  world.wait(REST_MS * 2);
  const before = world.read();
  world.publish(3);
  assertEquals(world.read(), before);
});

Deno.test("rest: history has what came while the partition rested", () => {
  using world = scene();
  world.wait(REST_MS);
  world.publish(4);
  const bob = world.resting.connect("bob");
  bob.send({ type: "history", id: 1, channel: "chat:lobby" });
  world.wait(50);
  assertEquals(bob.last("history")?.publications.length, 4);
});

Deno.test("rest: a message that was sent again while the partition rested is told once", () => {
  using world = scene({ settings: { duplicates: { offsets: 10, ms: 600_000 } } });
  const bob = world.resting.connect("bob");
  const publish = () => {
    bob.send({ type: "publish", id: 1, channel: "chat:lobby", messageId: "m", payload: { kind: "json", text: '"m"' } });
    world.wait(0);
    return bob.last("published")?.duplicate;
  };
  assertEquals(publish(), false);
  const since = subscriber(world).last("subscribed")!.cursor;
  world.wait(REST_MS * 2);
  for (const missed of [0, 4]) {
    world.publish(missed);
    publish();
  }
  const back = subscriber(world, since);
  assertEquals(back.texts, ["1", "2", "3", "4"]);
});

Deno.test("rest: a topic with records in the wrong partitions is read whole", () => {
  using world = scene({ topics: { chat: 4 } });
  const { log } = world.resting;
  const write = (partition: number) =>
    log.append([{ topic: "chat", partition, key: "lobby", value: new TextEncoder().encode("1"), headers: {} }])
      .subscribe();
  for (let partition = 0; partition < 4; partition++) write(partition);
  world.wait(REST_MS * 2);
  const before = world.read();
  for (let partition = 0; partition < 4; partition++) write(partition);
  world.wait(0);
  assertEquals(world.read() - before, 4);
});

Deno.test("rest: topics of users' own channels, and of operators that keep time, are always read", () => {
  const outbound = over((publications) => publications);
  for (const route of [{ channel: "user:{user}" }, { channel: "chat:{room}", pipeline: { outbound } }]) {
    using world = scene({ routes: [{ ...route, topic: "chat" }] });
    world.wait(REST_MS * 3);
    world.publish(1, route.channel === "user:{user}" ? "user:ann" : "chat:lobby");
    assertEquals(world.read(), 1, route.channel);
  }
});
