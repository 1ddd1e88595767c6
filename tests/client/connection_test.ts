import { assert, assertEquals } from "@std/assert";
import type { ConnectionState } from "../../client/mod.ts";
import { type FakeScene, fakeScene } from "./fake_gateway.ts";

function states(scene: FakeScene): ConnectionState[] {
  const seen: ConnectionState[] = [];
  scene.client.state.subscribe((state) => seen.push(state));
  return seen;
}

Deno.test("client: the state follows the connection from its first to its last", () => {
  const scene = fakeScene();
  const seen = states(scene);
  scene.socket().accept();
  scene.socket().break(1006, "gone");
  scene.clock.advance(1_000);
  scene.socket().accept();
  scene.client.close();
  assertEquals(seen.map(({ kind }) => kind), [
    "connecting",
    "connected",
    "waiting",
    "connecting",
    "connected",
    "closed",
  ]);
  assertEquals(seen[1], { kind: "connected", user: "u", session: "s", node: "n", maxFrameBytes: 1024 });
});

Deno.test("client: waits double up to their limit, by full jitter, and begin anew after a success", () => {
  const scene = fakeScene();
  const waits = () => seen.flatMap((state) => state.kind === "waiting" ? [state.retryMs] : []);
  const seen = states(scene);
  for (let failures = 0; failures < 9; failures++) {
    scene.socket().break();
    scene.clock.advance(20_000);
  }
  assertEquals(waits(), [250, 500, 1000, 2000, 4000, 8000, 10000, 10000, 10000]);
  scene.socket().accept();
  scene.socket().break();
  assertEquals(waits().at(-1), 250);
  scene.client.close();
});

Deno.test("client: a draining gateway says when to come back", () => {
  const scene = fakeScene();
  const seen = states(scene);
  scene.socket().accept();
  scene.socket().say({ draining: { reconnectAfterMs: 1234 } });
  scene.socket().break(4000, "draining");
  const last = seen.at(-1);
  assertEquals(last?.kind === "waiting" && last.retryMs, 1234);
  scene.client.close();
});

Deno.test("client: a gateway that falls silent is asked, and given up where it does not answer", () => {
  const { client, clock, sockets, socket } = fakeScene();
  socket().accept();
  clock.advance(25_000);
  assertEquals(socket().frames.filter((frame) => frame.ping).length, 1);
  socket().say({ pong: {} });
  clock.advance(24_999);
  assertEquals(socket().frames.filter((frame) => frame.ping).length, 1);
  clock.advance(1);
  assertEquals([socket().frames.filter((frame) => frame.ping).length, sockets.length], [2, 1]);
  clock.advance(10_000 + 250);
  assertEquals([sockets.length, sockets[0]!.closedWith], [2, 1000]);
  client.close();
});

Deno.test("client: a connection that is not made in time is given up", () => {
  const { client, clock, sockets } = fakeScene({ connectMs: 5_000 });
  clock.advance(5_000 + 250);
  assertEquals(sockets.length, 2);
  client.close();
});

Deno.test("client: what is no gateway is not tried again", () => {
  const scene = fakeScene();
  const seen = states(scene);
  scene.socket().onopen?.();
  scene.socket().onmessage?.({ data: "<html>" });
  scene.clock.advance(60_000);
  assertEquals([scene.sockets.length, seen.at(-1)?.kind, scene.socket().closedWith], [1, "closed", 1000]);
});

Deno.test("client: a token is fetched before each connection, and one that cannot be fetched is tried again", async () => {
  const tokens = ["one", new Error("offline"), "two"];
  const token = () => {
    const next = tokens.shift()!;
    return typeof next === "string" ? Promise.resolve(next) : Promise.reject(next);
  };
  const scene = fakeScene({ token });
  const seen = states(scene);
  await until(() => scene.sockets.length === 1);
  scene.socket().accept();
  assertEquals(scene.socket().last("connect").token, "one");
  scene.socket().break(4003, "token_expired");
  scene.clock.advance(250);
  await until(() => seen.at(-1)?.kind === "waiting");
  const last = seen.at(-1);
  assert(last?.kind === "waiting" && last.reason.includes("offline"), JSON.stringify(last));
  scene.clock.advance(20_000);
  await until(() => scene.sockets.length === 2);
  scene.socket().accept();
  assertEquals(scene.socket().last("connect").token, "two");
  scene.client.close();
});

/** Lets promises run until a condition holds. */
async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 1_000 && !condition(); turns++) await Promise.resolve();
  assert(condition());
}
