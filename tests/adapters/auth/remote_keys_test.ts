import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JWK } from "jose";
import { KeysUnavailable } from "../../../adapters/auth/token_key.ts";
import { RemoteKeys } from "../../../adapters/auth/remote_keys.ts";
import { RecordingTelemetry, VirtualClock } from "../../../testing/mod.ts";
import { signer } from "./tokens.ts";

/** An identity provider on a port of this machine. */
class Provider implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly telemetry = new RecordingTelemetry();
  readonly paths: string[] = [];
  answer: (request: Request) => Response | Promise<Response>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(...keys: readonly JWK[]) {
    this.answer = () => Response.json({ keys });
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      this.paths.push(new URL(request.url).pathname);
      return this.answer(request);
    });
  }

  publishes(...keys: readonly JWK[]): void {
    this.answer = () => Response.json({ keys });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/keys`;
  }

  get keys(): RemoteKeys {
    const { clock, telemetry, url } = this;
    return new RemoteKeys({ url, clock, telemetry });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const one = signer("ES256", "one").publicJwk;
const two = signer("ES256", "two").publicJwk;
const hint = (id: string | undefined) => ({ algorithm: "ES256", id });

Deno.test("keys are fetched once, for all who ask at once and later", async () => {
  await using provider = new Provider(one);
  const { keys } = provider;
  const found = await Promise.all(Array.from({ length: 20 }, () => keys.find(hint("one"))));
  assert(found.every((key) => key?.id === "one"));
  assertEquals((await keys.find(hint(undefined)))?.id, "one");
  assertEquals(provider.paths.length, 1);
});

Deno.test("a new key is found when a token names it, and a flood of unknown ones fetches once in 30 s", async () => {
  await using provider = new Provider(one);
  const { keys, clock } = provider;
  await keys.find(hint("one"));
  provider.publishes(one, two);
  assertEquals(await keys.find(hint("two")), undefined);
  clock.advance(30_000);
  assertEquals((await keys.find(hint("two")))?.id, "two");
  assertEquals(provider.paths.length, 2);
  for (let second = 0; second < 60; second++) {
    await Promise.all(Array.from({ length: 10 }, (_, at) => keys.find(hint(`unknown-${second}-${at}`))));
    clock.advance(1_000);
  }
  assertEquals(provider.paths.length, 3);
});

Deno.test("a key that is taken out is taken no more once the set was fetched anew", async () => {
  await using provider = new Provider(one, two);
  const { keys, clock } = provider;
  await keys.find(hint("one"));
  provider.publishes(two);
  clock.advance(10 * 60_000 + 1);
  // Nobody waits for the fetch in the background.
  assertEquals((await keys.find(hint("one")))?.id, "one");
  while (await keys.find(hint("one"))) await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(provider.paths.length, 2);
  assertEquals((await keys.find(hint("two")))?.id, "two");
});

Deno.test("while the provider is away the keys of before go on, and it is not asked more often", async () => {
  await using provider = new Provider(one);
  const { keys, clock, telemetry } = provider;
  await keys.find(hint("one"));
  provider.answer = () => new Response("away", { status: 503 });
  for (let hour = 0; hour < 10; hour++) {
    clock.advance(3_600_000);
    assertEquals((await keys.find(hint("one")))?.id, "one");
    assertEquals(await keys.find(hint("two")), undefined);
  }
  assertEquals(provider.paths.length, 11);
  assert(telemetry.notes.some(({ message }) => message === "Cannot fetch the keys of tokens"));
});

Deno.test("a provider that was never reached makes tokens neither good nor bad, and is tried again after 30 s", async () => {
  await using provider = new Provider(one);
  provider.answer = () => new Response("no", { status: 500 });
  const { keys, clock } = provider;
  for (let time = 0; time < 5; time++) await assertRejects(() => keys.find(hint("one")), KeysUnavailable);
  assertEquals(provider.paths.length, 1);
  provider.publishes(one);
  clock.advance(30_000);
  assertEquals((await keys.find(hint("one")))?.id, "one");
});

Deno.test("no answer but a set of keys, of bounded size and from the configured address, is taken", async () => {
  await using elsewhere = new Provider(one);
  await using provider = new Provider();
  const answers: readonly (() => Response)[] = [
    () => new Response("no JSON"),
    () => Response.json([one]),
    () => Response.json({ keys: {} }),
    () => Response.json({ keys: [] }),
    () => Response.json({ keys: [null, 1, "x", { kty: "oct", k: "AAAA", kid: "one" }] }),
    () => new Response(JSON.stringify({ keys: [one], filler: "x".repeat(300_000) })),
    () => Response.redirect(elsewhere.url, 302),
    () => new Response(JSON.stringify({ keys: [one] }), { status: 404 }),
  ];
  for (const answer of answers) {
    provider.answer = answer;
    const { keys } = provider;
    await assertRejects(() => keys.find(hint("one")), KeysUnavailable);
  }
  assertEquals([[...new Set(provider.paths)], elsewhere.paths], [["/keys"], []]);
});

Deno.test("keys of other purposes beside good ones are left out", async () => {
  await using provider = new Provider({ ...two, use: "enc" }, { kty: "oct", k: "AAAA" }, one);
  const { keys } = provider;
  assertEquals(await keys.prefetch(), true);
  assertEquals([(await keys.find(hint("one")))?.id, await keys.find(hint("two"))], ["one", undefined]);
});
