import { assert, assertEquals, assertThrows } from "@std/assert";
import { throwError } from "rxjs";
import { recordsOf, riggedLog, testGateway } from "../../testing/mod.ts";

Deno.test("test gateway: a publish comes back with its answer, and subscribers have the values at once", () => {
  using gateway = testGateway();
  const ann = gateway.connect("ann");
  const bob = gateway.subscriber("bob", "chat:lobby");
  const answer = ann.publish("chat:lobby", { text: "hello" }, { messageId: "m1", headers: { mood: "good" } });
  assert(answer?.type === "published");
  assertEquals(answer.duplicate, false);
  assertEquals(bob.payloads, [{ text: "hello" }]);
  assertEquals(bob.publications[0]?.headers, { mood: "good" });
  const again = ann.publish("chat:lobby", { text: "hello" }, { messageId: "m1" });
  assert(again?.type === "published" && again.duplicate);
});

Deno.test("test gateway: what is refused is answered as a real client would be", () => {
  using gateway = testGateway();
  const ann = gateway.connect("ann");
  const refused = ann.publish("nowhere", 1);
  assertEquals(refused?.type === "error" && refused.failure.code, "unknown_channel");
  ann.sendText('{"id":9,"publish":{"channel":7}}');
  assertEquals(ann.last("error")?.id, 9);
  ann.sendText("no frame");
  assertEquals(ann.closed?.name, "bad_frame");
});

Deno.test("test gateway: an answer that takes longer is not there yet, and comes with the time", () => {
  using gateway = testGateway();
  const ann = gateway.connect("ann");
  gateway.log.holdAppends(true);
  assertEquals(ann.publish("chat:lobby", 1), undefined);
  gateway.log.holdAppends(false);
  gateway.settle();
  assertEquals(ann.last("published")?.id, 1);
});

Deno.test("test gateway: the records of a topic are read in order, whatever their partition", () => {
  using gateway = testGateway({ topics: { chat: 3, direct: 1 } });
  const ann = gateway.connect("ann");
  for (const room of ["a", "b", "c", "d", "a"]) ann.publish(`chat:${room}`, room);
  const records = gateway.records("chat");
  assertEquals(records.map(({ key }) => key).sort(), ["a", "a", "b", "c", "d"]);
  const places = records.map(({ partition, offset }) => partition * 100 + offset);
  assertEquals(places, [...places].sort((one, other) => one - other));
  assertThrows(() => recordsOf(gateway.log, { topic: "other", clock: gateway.clock }), TypeError, "topic other");
});

Deno.test("test gateway: two gateways on one log see each other's messages", () => {
  using one = testGateway({ name: "one-" });
  using other = testGateway({ name: "other-", beside: one });
  const bob = other.subscriber("bob", "chat:lobby");
  one.connect("ann").publish("chat:lobby", 1);
  assertEquals(bob.payloads, [1]);
  assert(bob.session.startsWith("other-"));
});

Deno.test("test gateway: it is the same in every run", () => {
  const run = () => {
    using gateway = testGateway();
    const ann = gateway.subscriber("ann", "chat:lobby");
    ann.publish("chat:lobby", 1);
    return ann.received;
  };
  assertEquals(run(), run());
});

Deno.test("test gateway: a gateway that ends says how", () => {
  using broken = testGateway({
    rig: (ports) => ({ ...ports, log: riggedLog(ports.log, { tail: () => throwError(() => new RangeError("gone")) }) }),
  });
  assert(broken.ended instanceof RangeError);
  using drained = testGateway();
  const ann = drained.connect("ann");
  drained.drain(1_000);
  drained.clock.advance(1_000);
  assertEquals([drained.ended, ann.closed?.name], ["completed", "draining"]);
});

Deno.test("test gateway: a client that goes takes its place with it", () => {
  using gateway = testGateway({ settings: { connectionsPerUser: 1 } });
  const first = gateway.connect("ann");
  assertEquals(gateway.connect("ann").closed?.name, "limit_exceeded");
  first.end();
  assertEquals(gateway.connect("ann").closed, undefined);
});
