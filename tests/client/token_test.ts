import { assertEquals } from "@std/assert";
import { expiryOf } from "../../client/token_refresh.ts";
import { fakeScene } from "./fake_gateway.ts";

/** A token that ends so many seconds after 1970; nobody checks its signature here. */
function tokenUntil(exp: number): string {
  const part = (value: object) =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${part({ alg: "HS256" })}.${part({ sub: "ü>?", exp })}.x`;
}

/** Lets promises run. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await Promise.resolve();
}

Deno.test("client: a token is replaced before it ends, again and again, on the same connection", async () => {
  const tokens = [100, 200, 300].map(tokenUntil);
  const { client, clock, sockets, socket } = fakeScene({ token: () => Promise.resolve(tokens.shift()!) });
  await settle();
  socket().accept({ pingSeconds: 1_000 });
  assertEquals(socket().last("connect").token, tokenUntil(100));
  for (const [at, until] of [[90, 200], [189, 300]] as const) {
    clock.advance(at * 1000 - clock.scheduler.now() - 1);
    await settle();
    const before = socket().frames.filter((frame) => frame.refresh).length;
    clock.advance(1);
    await settle();
    const refreshes = socket().frames.filter((frame) => frame.refresh);
    assertEquals([refreshes.length, refreshes.at(-1)?.refresh.token], [before + 1, tokenUntil(until)]);
    socket().say({ id: refreshes.at(-1)!.id, refreshed: { expiresAt: until * 1000 } });
    await settle();
  }
  assertEquals(sockets.length, 1);
  client.close();
});

Deno.test("client: a token that cannot be replaced is left to the gateway, and the next connection begins with another", async () => {
  const tokens = [tokenUntil(100), tokenUntil(200), tokenUntil(300)];
  const { client, clock, socket } = fakeScene({ token: () => tokens.shift()! });
  await settle();
  socket().accept({ pingSeconds: 1_000 });
  clock.advance(90_000);
  await settle();
  socket().say({
    id: socket().last("refresh").id,
    error: { code: "unauthenticated", message: "No", retry: "none", retryAfterMs: 0 },
  });
  await settle();
  socket().break(4003, "token_expired");
  clock.advance(1_000);
  await settle();
  socket().accept({ pingSeconds: 1_000 });
  assertEquals(socket().last("connect").token, tokenUntil(300));
  client.close();
});

Deno.test("client: what is no token, or has no end, is never replaced", () => {
  for (const token of ["", "x", "a.b.c", `a.${btoa("{}")}.c`, `a.${btoa('{"exp":"1"}')}.c`]) {
    assertEquals(expiryOf(token), undefined, token);
  }
  assertEquals(expiryOf(tokenUntil(5)), 5_000);
});
