import { assert, assertEquals } from "@std/assert";
import { testGateway } from "@tidegate/tidegate/testing";
import * as pipeline from "../../examples/chat.ts";
import { JsonClient } from "../e2e/json_client.ts";
import { startExample } from "./example_process.ts";

function chat() {
  return testGateway({
    routes: [
      { channel: "chat:{room}", topic: "chat", pipeline },
      { channel: "moderation:{queue}", topic: "moderation", allow: { publish: "nobody" } },
    ],
  });
}

Deno.test("example chat: rude words are masked for the room, and shown to moderators", () => {
  using gateway = chat();
  const bob = gateway.subscriber("bob", "chat:lobby");
  const moderator = gateway.subscriber("eve", "moderation:all");
  const ann = gateway.connect("ann");
  assertEquals(ann.publish("chat:lobby", { text: " what the heck " })?.type, "published");
  assertEquals(ann.publish("chat:lobby", { text: "hello" })?.type, "published");
  assertEquals(bob.payloads, [{ text: "what the ****" }, { text: "hello" }]);
  assertEquals(moderator.payloads, [{ in: "chat:lobby", by: "ann", text: " what the heck " }]);
});

Deno.test("example chat: advertising, and what has no text, is rejected with the reason and not written", () => {
  using gateway = chat();
  const ann = gateway.connect("ann");
  const reasonOf = (value: Parameters<typeof ann.publish>[1]) => {
    const answer = ann.publish("chat:lobby", value);
    assert(answer?.type === "error");
    return answer.failure.message.split(": ").at(-1);
  };
  assertEquals(reasonOf({ text: "win the JACKPOT" }), "no advertising here");
  for (const value of [{ text: " " }, { text: 7 }, {}, null, "hello"]) {
    assertEquals(reasonOf(value), "a message has a text");
  }
  assertEquals(gateway.records("chat"), []);
});

Deno.test("example chat: what a message says of its author is in the log, and nobody is shown it, in replays either", () => {
  using gateway = chat();
  gateway.connect("ann").publish("chat:lobby", { text: "hello", mail: "ann@example.org" });
  const [record] = gateway.records("chat");
  assertEquals(JSON.parse(new TextDecoder().decode(record!.value!)), { text: "hello", mail: "ann@example.org" });
  assertEquals(gateway.subscriber("bob", "chat:lobby", { since: "earliest" }).payloads, [{ text: "hello" }]);
});

Deno.test("example chat: its command starts a gateway that moderates", async () => {
  await using example = await startExample("chat", { HTTP_PORT: "0" });
  const [, url] = await example.line(/"Listening","url":"(ws:[^"]+)"/);
  await using ann = await JsonClient.open(url!);
  await ann.request({ subscribe: { channel: "chat:lobby" } });
  const { error } = await ann.request({ publish: { channel: "chat:lobby", payload: { text: "casino" } } });
  assertEquals(error.code, "rejected");
  await ann.request({ publish: { channel: "chat:lobby", payload: { text: "darn" } } });
  await ann.until(() => ann.publications.get("chat:lobby")?.length === 1);
  assertEquals(ann.publications.get("chat:lobby")![0].payload, { text: "****" });
  assertEquals(await example.stop(), 0, example.lines.join("\n"));
});
