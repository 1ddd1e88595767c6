import { assert, assertEquals, assertRejects } from "@std/assert";
import { ClientClosed, NoAnswer, RequestRefused } from "../../client/mod.ts";
import { fakeScene, type FakeSocket } from "./fake_gateway.ts";

function published(socket: FakeSocket, ...ids: readonly number[]): void {
  const position = { partition: 0, offset: "1" };
  socket.say(...ids.map((id) => ({ id, published: { channel: "chat:a", position, duplicate: false } })));
}

function refusal(id: number, retry: "wait" | "none"): object {
  return {
    id,
    error: { code: retry === "wait" ? "unavailable" : "forbidden", message: "No", retry, retryAfterMs: 1000 },
  };
}

Deno.test("client: what was not answered is sent again on the next connection, in order, first, with the same id", async () => {
  const { client, clock, socket } = fakeScene();
  socket().accept();
  const answers = [1, 2, 3].map((n) => client.publish("chat:a", n));
  const first = socket();
  published(first, first.published[1].id);
  first.break();
  const late = client.publish("chat:a", 4);
  clock.advance(20_000);
  socket().accept();
  assertEquals(socket().published.map(({ payload }) => payload), [1, 3, 4]);
  const ids = (from: FakeSocket) =>
    from.frames.filter((frame) => frame.publish).map(({ publish }) => publish.messageId);
  assertEquals(ids(socket()), ["m1", "m3", "m4"]);
  published(socket(), ...socket().published.map(({ id }) => id));
  assertEquals((await Promise.all([...answers, late])).map(({ messageId }) => messageId), ["m1", "m2", "m3", "m4"]);
  client.close();
});

Deno.test("client: a publish that is refused for now keeps its place before later ones", async () => {
  const { client, clock, socket } = fakeScene();
  socket().accept();
  const answers = [1, 2, 3].map((n) => client.publish("chat:a", n));
  const [one, two, three] = socket().published.map(({ id }) => id);
  published(socket(), one);
  socket().say(refusal(two, "wait"));
  answers.push(client.publish("chat:a", 4));
  clock.advance(1_000);
  socket().say(refusal(three, "wait"));
  assertEquals(socket().published.length, 3);
  clock.advance(2_000);
  assertEquals(socket().published.map(({ payload }) => payload), [1, 2, 3, 2, 3, 4]);
  published(socket(), ...socket().published.slice(3).map(({ id }) => id));
  await Promise.all(answers);
  client.close();
});

Deno.test("client: nothing is sent again before everything that is under way was answered", () => {
  const { client, clock, socket } = fakeScene();
  socket().accept();
  for (const n of [1, 2]) client.publish("chat:a", n).catch(() => {});
  const [one, two] = socket().published.map(({ id }) => id);
  socket().say(refusal(one, "wait"));
  clock.advance(10_000);
  assertEquals(socket().published.length, 2);
  published(socket(), two);
  assertEquals(socket().published.map(({ payload }) => payload), [1, 2, 1]);
  client.close();
});

Deno.test("client: a refusal for good rejects that publish alone", async () => {
  const { client, socket } = fakeScene();
  socket().accept();
  const [refused, good] = [1, 2].map((n) => client.publish("chat:a", n));
  const [one, two] = socket().published.map(({ id }) => id);
  socket().say(refusal(one, "none"));
  published(socket(), two);
  assertEquals((await assertRejects(() => refused!, RequestRefused)).code, "forbidden");
  await good;
  client.close();
});

Deno.test("client: a publish without an answer in time is rejected with the id to try again with", async () => {
  const { client, clock, socket } = fakeScene({ answerMs: 5_000 });
  socket().accept();
  const publish = client.publish("chat:a", 1);
  clock.advance(5_000);
  assertEquals((await assertRejects(() => publish, NoAnswer)).messageId, "m1");
  client.close();
});

Deno.test("client: what the gateway would not take is rejected before it is sent, and the rest is sent", async () => {
  const { client, socket } = fakeScene();
  const large = client.publish("chat:a", "x".repeat(2_000));
  const small = client.publish("chat:a", 2);
  socket().accept();
  await assertRejects(() => large, RequestRefused, "the gateway takes at most 1024");
  published(socket(), socket().published[0].id);
  await small;
  assertEquals(socket().published.length, 1);
  client.close();
});

Deno.test("client: no more publishes wait than may", async () => {
  const { client } = fakeScene({ maxUnanswered: 1 });
  const waiting = client.publish("chat:a", 1);
  await assertRejects(() => client.publish("chat:a", 2), NoAnswer, "1 requests wait");
  client.close();
  await assertRejects(() => waiting, ClientClosed);
  await assertRejects(() => client.publish("chat:a", 3), ClientClosed);
});

Deno.test("client: a payload that JSON cannot say is refused; raw JSON keeps its digits", async () => {
  const { client, socket } = fakeScene();
  socket().accept();
  await assertRejects(
    () => client.publish("chat:a", undefined),
    TypeError,
    "Cannot publish a payload of type undefined",
  );
  let sent = "";
  socket().send = (data) => void (sent = String(data));
  client.publish("chat:a", "12345678901234567890", { raw: true }).catch(() => {});
  assert(sent.includes('"payload":12345678901234567890}'), sent);
  client.close();
});

Deno.test("client: history and presence are asked again after a break", async () => {
  const { client, clock, socket } = fakeScene();
  socket().accept();
  const history = client.history("chat:a", { limit: 2, before: "c9" });
  const presence = client.presence("chat:a");
  socket().break();
  clock.advance(20_000);
  socket().accept();
  const look = socket().last("history");
  assertEquals([look.channel, look.limit, look.before], ["chat:a", 2, "c9"]);
  const one = { channel: "chat:a", cursor: "c1", time: 1, payload64: "AQI=" };
  socket().say(
    { id: look.id, history: { channel: "chat:a", publications: [one], more: false, cursor: "c1" } },
    { id: socket().last("presence").id, presence: { channel: "chat:a", users: [{ user: "ann", sessions: 2 }] } },
  );
  const page = await history;
  assertEquals(page.publications.map(({ payload }) => payload), [new Uint8Array([1, 2])]);
  assertEquals(await presence, [{ user: "ann", sessions: 2 }]);
  client.close();
});
