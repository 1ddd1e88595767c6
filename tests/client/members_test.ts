import { assertEquals, assertInstanceOf } from "@std/assert";
import { RequestRefused } from "../../client/mod.ts";
import { type FakeScene, fakeScene } from "./fake_gateway.ts";

/** Lets the promises of what was said be kept. */
async function kept(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

function live({ socket }: FakeScene): void {
  socket().say({ id: socket().last("subscribe").id, subscribed: { channel: "chat:a", cursor: "c", recovered: true } });
}

function answer({ socket }: FakeScene, ...users: string[]) {
  const all = users.map((user) => ({ user, sessions: 1 }));
  return { id: socket().last("presence").id, presence: { channel: "chat:a", users: all } };
}

const joined = (user: string) => ({ joined: { channel: "chat:a", user } });
const left = (user: string) => ({ left: { channel: "chat:a", user } });

function watched(scene: FakeScene) {
  const seen = { got: [] as string[], error: undefined as unknown, stop: () => {} };
  const subscription = scene.client.members("chat:a").subscribe({
    next: (users) => seen.got.push(users.join("+")),
    error: (error) => seen.error = error,
  });
  seen.stop = () => subscription.unsubscribe();
  return seen;
}

Deno.test("members: who is there is asked once the channel is live, and then told", async () => {
  const scene = fakeScene();
  const { got } = watched(scene);
  scene.socket().accept();
  assertEquals(scene.socket().last("presence"), undefined);
  live(scene);
  scene.socket().say(answer(scene, "ann", "bob"));
  await kept();
  scene.socket().say(joined("carl"), left("ann"), left("ann"), joined("bob"));
  assertEquals(got, ["ann+bob", "ann+bob+carl", "bob+carl"]);
  scene.client.close();
});

Deno.test("members: what is told before the answer, and with it, is applied to it in order", async () => {
  const scene = fakeScene();
  const { got } = watched(scene);
  scene.socket().accept();
  live(scene);
  scene.socket().say(
    joined("ann"),
    left("ann"),
    joined("bob"),
    answer(scene, "bob", "carl"),
    left("carl"),
    joined("dan"),
  );
  await kept();
  assertEquals(got, ["bob+dan"]);
  scene.client.close();
});

Deno.test("members: after a break they are asked anew, and an answer of before the break counts for nothing", async () => {
  const scene = fakeScene();
  const { got } = watched(scene);
  scene.socket().accept();
  live(scene);
  scene.socket().say(answer(scene, "ann"));
  await kept();
  scene.socket().break();
  scene.clock.advance(20_000);
  scene.socket().accept();
  live(scene);
  scene.socket().say(answer(scene, "bob"));
  await kept();
  assertEquals(got, ["ann", "bob"]);
  scene.client.close();
});

Deno.test("members: who listens to a channel that is live already is answered, too", async () => {
  const scene = fakeScene();
  scene.client.channel("chat:a").subscribe();
  scene.socket().accept();
  live(scene);
  const { got } = watched(scene);
  scene.socket().say(answer(scene, "ann"));
  await kept();
  assertEquals(got, ["ann"]);
  scene.client.close();
});

Deno.test("members: who may not see them is refused, and the channel is left with the last listener", async () => {
  const scene = fakeScene();
  const refused = watched(scene);
  scene.socket().accept();
  live(scene);
  const { id } = scene.socket().last("presence");
  scene.socket().say({ id, error: { code: "forbidden", message: "Cannot see", retry: "none", retryAfterMs: 0 } });
  await kept();
  assertInstanceOf(refused.error, RequestRefused);
  assertEquals(scene.socket().last("unsubscribe").channel, "chat:a");
  scene.client.close();
});

Deno.test("members: joins and leaves are events of the channel", () => {
  const scene = fakeScene();
  const kinds: string[] = [];
  scene.client.events("chat:a").subscribe((event) => kinds.push(event.kind));
  scene.socket().accept();
  live(scene);
  scene.socket().say(joined("ann"), left("ann"), { joined: { channel: "chat:b", user: "ann" } });
  assertEquals(kinds, ["subscribed", "joined", "left"]);
  scene.client.close();
});
