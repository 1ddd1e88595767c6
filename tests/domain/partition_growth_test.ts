import { assertEquals } from "@std/assert";
import { BehaviorSubject, filter } from "rxjs";
import type { LogState } from "../../domain/ports/log.ts";
import { partitionOf } from "../../domain/partitioner.ts";
import { riggedLog, testGateway } from "../../testing/mod.ts";

const stateOf = (partitions: number): LogState => ({
  available: true,
  topics: new Map([["chat", { partitions, durability: "strong" }]]),
});

/** A room that a second partition takes away from the first. */
const room = ["a", "b", "c", "d", "e"].find((key) => partitionOf("murmur2", { key, partitions: 2 }) === 1)!;

Deno.test("a channel that moves to a new partition goes on live, and its old cursors say that the log has changed", () => {
  const state = new BehaviorSubject(stateOf(1));
  using bench = testGateway({
    routes: [{ channel: "chat:{room}", topic: "chat" }],
    topics: { chat: 2 },
    rig: (ports) => ({
      ...ports,
      log: riggedLog(ports.log, {
        state,
        // The second partition is there from the start, but nobody knows of it; it is then read from its low end, unasked.
        tail: (request) =>
          ports.log.tail({ ...request, start: (at, range) => at.partition === 0 ? request.start(at, range) : 0 })
            .pipe(filter(({ partition }) => partition < state.value.topics.get("chat")!.partitions)),
      }),
    }),
  });
  const channel = `chat:${room}`;
  const ann = bench.subscriber("ann", channel);
  ann.publishJson(channel, "1");
  const before = ann.publications[0]!.cursor;
  state.next(stateOf(2));
  const early = bench.connect("bob");
  early.send({ type: "subscribe", id: 1, channel });
  ann.publishJson(channel, "2");
  bench.clock.advance(25);
  ann.publishJson(channel, "3");
  assertEquals(ann.texts, ["1", "2", "3"]);
  assertEquals(ann.publications.map(({ cursor }) => cursor.split(".").slice(1, 4).join(".")), [
    "1.0.0",
    "2.1.0",
    "2.1.1",
  ]);
  assertEquals(early.texts, ["3"]);
  const resumed = bench.subscriber("bob", channel, { since: before });
  assertEquals([resumed.texts, resumed.last("subscribed")?.reason], [[], "log_changed"]);
  assertEquals(bench.subscriber("bob", channel, { since: ann.publications[1]!.cursor }).texts, ["3"]);
  assertEquals(bench.subscriber("bob", channel, { since: "earliest" }).texts, ["2", "3"]);
});
