import { assertEquals } from "@std/assert";
import type { ClientFrame } from "../../domain/frame.ts";
import { type TestClient, type TestGateway, testGateway } from "../../testing/mod.ts";

function send(bench: TestGateway, client: TestClient, message: { channel: string; text: string }): void {
  const { channel, text } = message;
  const frame: ClientFrame = { type: "publish", id: 9, channel, messageId: "m", payload: { kind: "json", text } };
  client.send(frame);
  bench.settle();
}

Deno.test("one message id names a message on each channel: the sender's copies of two receivers' messages both come", () => {
  using bench = testGateway();
  const [ann1, ann2] = [bench.connect("ann"), bench.connect("ann")];
  send(bench, ann1, { channel: "user:bob", text: "1" });
  send(bench, ann1, { channel: "user:carol", text: "2" });
  send(bench, ann1, { channel: "user:carol", text: "2" });
  assertEquals(ann2.publications.map(({ to }) => to as string), ["user:bob", "user:carol"]);
  assertEquals(ann1.last("published")?.duplicate, true);
});

Deno.test("a message to oneself is no duplicate of the copy of a message to another with the same id", () => {
  using bench = testGateway();
  const [ann1, ann2] = [bench.connect("ann"), bench.connect("ann")];
  send(bench, ann1, { channel: "user:bob", text: "1" });
  send(bench, ann1, { channel: "user:ann", text: "2" });
  assertEquals(ann1.last("published")?.duplicate, false);
  assertEquals([ann1.texts, ann2.texts], [["2"], ["1", "2"]]);
});

Deno.test("where two routes show a topic, one message id names a message on each of its keys", () => {
  const routes = [{ channel: "everything", topic: "chat" }, { channel: "chat:{room}", topic: "chat" }];
  using bench = testGateway({ routes, topics: { chat: 1 } });
  const ann = bench.subscriber("ann", "chat:a");
  ann.send({ type: "subscribe", id: 2, channel: "chat:b" }, { type: "subscribe", id: 3, channel: "everything" });
  send(bench, ann, { channel: "chat:a", text: "1" });
  send(bench, ann, { channel: "chat:b", text: "2" });
  assertEquals(ann.publications.map(({ channel }) => channel as string).sort(), [
    "chat:a",
    "chat:b",
    "everything",
    "everything",
  ]);
  send(bench, ann, { channel: "chat:b", text: "2" });
  assertEquals([ann.last("published")?.offset, ann.last("published")?.duplicate], [1, true]);
});
