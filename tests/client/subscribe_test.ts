import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ClientClosed, RequestRefused } from "../../client/mod.ts";
import { fakeScene, publication } from "./fake_gateway.ts";

/** What came out of an observable. */
function listen<T>(observable: { subscribe(observer: object): { unsubscribe(): void } }) {
  const got: T[] = [];
  const seen = { got, error: undefined as unknown, completed: false, stop: () => {} };
  const subscription = observable.subscribe({
    next: (value: T) => got.push(value),
    error: (error: unknown) => seen.error = error,
    complete: () => seen.completed = true,
  });
  seen.stop = () => subscription.unsubscribe();
  return seen;
}

Deno.test("client: listeners of a channel share one subscription, which ends with the last of them", () => {
  const { client, socket } = fakeScene();
  const first = listen<{ payload: number }>(client.channel("chat:a"));
  const second = listen<{ payload: number }>(client.channel("chat:a"));
  socket().accept();
  const { id } = socket().last("subscribe");
  socket().say({ id, subscribed: { channel: "chat:a", cursor: "c0", recovered: true } }, publication(1));
  assertEquals([first, second].map(({ got }) => got.map(({ payload }) => payload)), [[1], [1]]);
  assertEquals(socket().frames.filter((frame) => frame.subscribe).length, 1);
  first.stop();
  assertEquals(socket().last("unsubscribe"), undefined);
  second.stop();
  assertEquals(socket().last("unsubscribe").channel, "chat:a");
  client.close();
});

Deno.test("client: after a break it goes on from the last publication that it had", () => {
  const { client, clock, sockets, socket } = fakeScene();
  const listener = listen<{ payload: number }>(client.channel("chat:a", { since: "earliest" }));
  socket().accept();
  assertEquals(socket().last("subscribe").since, "earliest");
  socket().say(publication(1), publication(2));
  // In the middle of the replay.
  socket().break();
  clock.advance(20_000);
  assertEquals(sockets.length, 2);
  socket().accept();
  assertEquals(socket().last("subscribe").since, "c2");
  assertEquals(socket().last("connect").resume, "r");
  socket().say(publication(3));
  assertEquals(listener.got.map(({ payload }) => payload), [1, 2, 3]);
  client.close();
});

Deno.test("client: a message that comes twice is given once; the same id of another sender is another message", () => {
  const { client, socket } = fakeScene();
  const listener = listen<{ cursor: string }>(client.channel("chat:a"));
  socket().accept();
  socket().say(
    publication(1, { sender: "ann", messageId: "x" }),
    publication(2, { sender: "ann", messageId: "x" }),
    publication(3, { sender: "bob", messageId: "x" }),
    publication(4),
    publication(5),
  );
  assertEquals(listener.got.map(({ cursor }) => cursor), ["c1", "c3", "c4", "c5"]);
  client.close();
});

Deno.test("client: events tell what a channel lost, and where it goes on", () => {
  const { client, clock, socket } = fakeScene();
  const listener = listen<{ kind: string; recovered?: boolean; reason?: string }>(client.events("chat:a"));
  socket().accept();
  const { id } = socket().last("subscribe");
  socket().say({ id, subscribed: { channel: "chat:a", cursor: "c8", recovered: false, reason: "expired" } });
  socket().say({ gap: { channel: "chat:a", cursor: "c9", reason: "log_changed" } });
  assertEquals(listener.got.map(({ kind, recovered, reason }) => [kind, recovered, reason]), [
    ["subscribed", false, "expired"],
    ["gap", undefined, "log_changed"],
  ]);
  socket().break();
  clock.advance(20_000);
  socket().accept();
  assertEquals(socket().last("subscribe").since, "c9");
  client.close();
});

Deno.test("client: a channel that is left and entered at once gets nothing of the first subscription", () => {
  const { client, socket } = fakeScene();
  const first = listen(client.channel("chat:a"));
  socket().accept();
  const subscribe = socket().last("subscribe");
  first.stop();
  const unsubscribe = socket().last("unsubscribe");
  const second = listen<{ payload: number }>(client.channel("chat:a", { since: "c0" }));
  socket().say(
    publication(1),
    { id: subscribe.id, error: { code: "cancelled", message: "", retry: "cancel", retryAfterMs: 0 } },
    publication(2),
    { id: unsubscribe.id, unsubscribed: { channel: "chat:a" } },
  );
  assertEquals(socket().last("subscribe").since, "c0");
  assert(socket().last("subscribe").id !== subscribe.id);
  socket().say(publication(1));
  assertEquals(second.got.map(({ payload }) => payload), [1]);
  client.close();
});

Deno.test("client: a refused subscribe is the listener's error, and asked again where the gateway says so", () => {
  const { client, clock, socket } = fakeScene();
  const refused = listen(client.channel("chat:a"));
  const delayed = listen(client.channel("chat:b"));
  socket().accept();
  const [a, b] = socket().frames.filter((frame) => frame.subscribe).map(({ id }) => id);
  socket().say(
    { id: a, error: { code: "forbidden", message: "Cannot subscribe", retry: "none", retryAfterMs: 0 } },
    { id: b, error: { code: "unavailable", message: "Away", retry: "wait", retryAfterMs: 1000 } },
  );
  assertInstanceOf(refused.error, RequestRefused);
  assertEquals(refused.error.code, "forbidden");
  assertEquals([delayed.error, socket().last("subscribe").id], [undefined, b]);
  clock.advance(2_000);
  assertEquals(socket().last("subscribe").channel, "chat:b");
  assert(socket().last("subscribe").id !== b);
  client.close();
});

Deno.test("client: the gateway's end of a subscription is the listener's error", () => {
  const { client, socket } = fakeScene();
  const listener = listen(client.channel("chat:a"));
  socket().accept();
  socket().say({ unsubscribed: { channel: "chat:a", reason: "no longer allowed" } });
  assertInstanceOf(listener.error, RequestRefused);
  client.close();
});

Deno.test("client: the user's own channel is not subscribed again, and goes on after a break", () => {
  const { client, clock, socket } = fakeScene();
  const all = listen<{ kind: string }>(client.own);
  const own = listen<{ payload: number }>(client.channel("user:u"));
  socket().accept({ subscriptions: [{ channel: "user:u", cursor: "o1", recovered: true }] });
  const { id } = socket().last("subscribe");
  socket().say({ id, error: { code: "already_subscribed", message: "", retry: "none", retryAfterMs: 0 } });
  socket().say({ publication: { channel: "user:u", cursor: "o2", time: 1, payload: 7 } });
  assertEquals(own.got.map(({ payload }) => payload), [7]);
  assertEquals(all.got.map(({ kind }) => kind), ["subscribed", "publication"]);
  socket().break();
  clock.advance(20_000);
  socket().accept({ subscriptions: [{ channel: "user:u", cursor: "o2", recovered: true }] });
  assertEquals(socket().last("connect").since, { "user:u": "o2" });
  assertEquals(socket().last("subscribe"), undefined);
  client.close();
});

Deno.test("client: a second listener cannot go back in a channel that is live", () => {
  const { client } = fakeScene();
  listen(client.channel("chat:a"));
  const second = listen(client.channel("chat:a", { since: "earliest" }));
  assertInstanceOf(second.error, TypeError);
  client.close();
});

Deno.test("client: closing completes listeners; a gateway that will have the client no more is their error", () => {
  const closed = fakeScene();
  const completed = listen(closed.client.channel("chat:a"));
  closed.client.close();
  closed.client.close();
  assertEquals([completed.completed, closed.socket().closedWith], [true, 1000]);
  const late = listen(closed.client.channel("chat:b"));
  assert(late.completed);

  const refused = fakeScene();
  const listener = listen(refused.client.channel("chat:a"));
  refused.socket().accept();
  refused.socket().break(4502, "forbidden");
  assertInstanceOf(listener.error, ClientClosed);
  assertEquals(listener.error.code, 4502);
});
