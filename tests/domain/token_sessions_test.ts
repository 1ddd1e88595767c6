/** Sessions whose identities come from tokens: how long they last, and what a refresh does. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { delay, type Observable, of } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import { disconnect } from "../../domain/disconnect.ts";
import { type Failure, failure } from "../../domain/failure.ts";
import { type Grants, parseGrants } from "../../domain/grants.ts";
import type { Authenticator, Identity } from "../../domain/ports/authenticator.ts";
import type { GatewayPorts } from "../../domain/scene.ts";
import { type TestClient, type TestGateway, testGateway } from "../../testing/mod.ts";

/** What the tests' tokens hold: the token is its JSON. */
interface Token {
  readonly user: string;
  readonly subscribe?: readonly string[];
  readonly publish?: readonly string[];
  readonly history?: readonly string[];
  readonly id?: string;
  readonly expiresAt?: number;
  /** How long judging it takes. */
  readonly slowMs?: number;
}

function identityOf(text: string): Identity | undefined {
  if (!text.startsWith("{")) return undefined;
  const { user, id, expiresAt, ...claim } = JSON.parse(text) as Token;
  return {
    user: user as UserId,
    grants: parseGrants(claim, user as UserId) as Grants,
    ...(id === undefined ? {} : { token: id }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** A gateway of tokens. */
function tokenBench(): TestGateway {
  const authenticator = ({ clock }: Pick<GatewayPorts, "clock">): Authenticator => ({
    admit: () => of({ kind: "awaited", patient: true }),
    identify: (connect) => of(identityOf(connect?.token ?? "") ?? disconnect("unauthenticated", "expected a token")),
    refresh(token): Observable<Identity | Failure> {
      const judged = of(identityOf(token) ?? failure("unauthenticated", "Cannot take this token: it is none"));
      const slowMs = token.startsWith("{") ? (JSON.parse(token) as Token).slowMs : undefined;
      return slowMs === undefined ? judged : judged.pipe(delay(slowMs, clock.scheduler));
    },
  });
  return testGateway({ rig: (ports) => ({ ...ports, authenticator: authenticator(ports) }) });
}

const AWAITED = { kind: "awaited", patient: true } as const;

function connected(bench: TestGateway, token: Token): TestClient {
  const client = bench.open(AWAITED);
  client.send({ type: "connect", token: JSON.stringify(token) });
  bench.settle();
  return client;
}

function codes(client: TestClient): readonly (string | undefined)[] {
  return client.received.flatMap((frame) => frame.type === "error" ? [frame.failure.code] : []);
}

const MINUTE = 60_000;

Deno.test("a client whose token is awaited has ten seconds for it, and is then closed as unauthenticated", () => {
  using bench = tokenBench();
  const silent = bench.open(AWAITED);
  bench.clock.advance(9_999);
  assertEquals(silent.closed, undefined);
  bench.clock.advance(1);
  assertEquals([silent.closed?.code, silent.received], [4501, []]);
});

Deno.test("the token of the first frame makes the session, and no other frame before it is carried out", () => {
  using bench = tokenBench();
  const ann = connected(bench, { user: "ann" });
  assertEquals(ann.last("connected")?.user, "ann");
  const eve = bench.open(AWAITED);
  eve.send({ type: "publish", id: 1, channel: "chat:lobby", payload: { kind: "json", text: "1" } });
  bench.settle();
  assertEquals([eve.closed?.code, eve.received, bench.telemetry.counted("publishes_appended")], [4501, [], 0]);
});

Deno.test("each action is allowed by its own grant, and by no other's", () => {
  using bench = tokenBench();
  const all = ["subscribe", "publish", "history", "presence"] as const;
  for (const granted of all) {
    const ann = connected(bench, { user: "ann", [granted]: ["chat:*"] });
    ann.send(
      { type: "subscribe", id: 1, channel: "chat:lobby", since: "earliest" },
      { type: "publish", id: 2, channel: "chat:lobby", payload: { kind: "json", text: "1" } },
      { type: "history", id: 3, channel: "chat:lobby" },
      { type: "presence", id: 4, channel: "chat:lobby" },
    );
    bench.settle();
    const refused = ann.received.flatMap((frame) => frame.type === "error" ? [[frame.id, frame.failure.code]] : []);
    assertEquals(refused, all.flatMap((action, at) => action === granted ? [] : [[at + 1, "forbidden"]]), granted);
  }
});

Deno.test("a resume reads nothing that a subscribe could not, whatever the cursor", () => {
  using bench = tokenBench();
  const bob = connected(bench, { user: "bob", subscribe: ["chat:*"], publish: ["chat:*", "user:*"] });
  bob.send({ type: "subscribe", id: 1, channel: "chat:lobby" });
  bench.settle();
  const { cursor } = bob.last("subscribed")!;
  bob.publishJson("chat:lobby", '"secret"');
  bob.publishJson("user:bob", '"own"');
  const eve = bench.open(AWAITED);
  eve.send({
    type: "connect",
    token: JSON.stringify({ user: "eve" }),
    since: { "chat:lobby": cursor, "user:bob": cursor },
  });
  eve.send({ type: "subscribe", id: 1, channel: "chat:lobby", since: cursor });
  eve.send({ type: "history", id: 2, channel: "chat:lobby", before: cursor });
  bench.settle();
  assertEquals([eve.texts, codes(eve)], [[], ["forbidden", "forbidden"]]);
  assertEquals(eve.last("connected")?.subscriptions.map(({ channel }) => channel), ["user:eve"]);
});

Deno.test("a route that leaves its {user} channels to tokens subscribes on connect only whom one grants it", () => {
  const route = { channel: "user:{user}", topic: "direct", allow: { subscribe: "granted" } } as const;
  using bench = testGateway({
    routes: [route],
    rig: (ports) => ({
      ...ports,
      authenticator: { ...ports.authenticator, identify: (connect) => of(identityOf(connect!.token!)!) },
    }),
  });
  assertEquals(connected(bench, { user: "ann" }).last("connected")?.subscriptions, []);
  const bob = connected(bench, { user: "bob", subscribe: ["user:{user}"] });
  assertEquals(bob.last("connected")?.subscriptions.map(({ channel }) => channel), ["user:bob"]);
});

Deno.test("a session ends with its token, within a second and not before, and gets nothing more", () => {
  using bench = tokenBench();
  const now = bench.clock.scheduler.now();
  const ann = connected(bench, { user: "ann", subscribe: ["chat:*"], expiresAt: now + MINUTE });
  ann.send({ type: "subscribe", id: 1, channel: "chat:lobby" });
  bench.settle();
  bench.clock.advance(MINUTE - 1);
  assertEquals(ann.closed, undefined);
  bench.clock.advance(1_000);
  assertEquals(ann.closed?.code, 4003);
  const bob = connected(bench, { user: "bob", publish: ["chat:*"] });
  bob.publishJson("chat:lobby", "1");
  assertEquals([bob.last("published")?.offset, ann.texts], [0, []]);
});

Deno.test("a token that ends between the handshake and the first frame makes no session", () => {
  using bench = tokenBench();
  const ann = connected(bench, { user: "ann", expiresAt: bench.clock.scheduler.now() });
  assertEquals([ann.closed?.code, ann.received], [4003, []]);
});

Deno.test("a refresh moves the end, and is told until when", () => {
  using bench = tokenBench();
  const now = bench.clock.scheduler.now();
  const ann = connected(bench, { user: "ann", expiresAt: now + MINUTE });
  const expiresAt = now + 2 * MINUTE;
  ann.send({ type: "refresh", id: 6, token: JSON.stringify({ user: "ann", expiresAt }) });
  bench.settle();
  assertEquals(ann.last("refreshed"), { type: "refreshed", id: 6, expiresAt });
  bench.clock.advance(2 * MINUTE - 1);
  assertEquals(ann.closed, undefined);
  bench.clock.advance(1_000);
  assertEquals(ann.closed?.code, 4003);
});

Deno.test("a refresh with less ends the subscriptions that it does not allow, and they get nothing more", () => {
  using bench = tokenBench();
  const ann = connected(bench, { user: "ann", subscribe: ["chat:*"], publish: ["chat:*"] });
  for (const channel of ["chat:a", "chat:b"]) ann.send({ type: "subscribe", id: 1, channel });
  bench.settle();
  ann.send({
    type: "refresh",
    id: 6,
    token: JSON.stringify({ user: "ann", subscribe: ["chat:b"], publish: ["chat:a"] }),
  });
  bench.settle();
  const told = ann.received.slice(-2);
  assertEquals(told.map(({ type }) => type), ["refreshed", "unsubscribed"]);
  assertEquals(ann.last("unsubscribed"), {
    type: "unsubscribed",
    id: undefined,
    channel: "chat:a",
    reason: "forbidden",
  });
  ann.publishJson("chat:a", '"a"');
  ann.publishJson("chat:b", '"b"');
  assertEquals([ann.texts, codes(ann)], [[], ["forbidden"]]);
  const bob = connected(bench, { user: "bob", publish: ["chat:*", "user:*"] });
  bob.publishJson("chat:b", '"b"');
  bob.publishJson("user:ann", '"own"');
  assertEquals(ann.texts, ['"b"', '"own"']);
});

Deno.test("a subscribe that still reads back when a refresh forbids it shows nothing more, and is answered once", () => {
  using bench = tokenBench();
  const bob = connected(bench, { user: "bob", publish: ["chat:*"] });
  bob.publishJson("chat:a", "1", "2");
  const ann = connected(bench, { user: "ann", subscribe: ["chat:*"] });
  ann.room = false;
  ann.send({ type: "subscribe", id: 1, channel: "chat:a", since: "earliest" });
  ann.send({ type: "refresh", id: 2, token: JSON.stringify({ user: "ann" }) });
  bench.settle();
  const before = ann.texts.length;
  ann.room = true;
  bob.publishJson("chat:a", "3");
  bench.settle();
  assertEquals(ann.texts.length, before);
  assertEquals(ann.received.filter((frame) => "id" in frame && frame.id === 1).length, 1);
});

Deno.test("a token of another user, or none, is refused, and changes nothing", () => {
  using bench = tokenBench();
  const ann = connected(bench, { user: "ann", subscribe: ["chat:*"] });
  ann.send({ type: "refresh", id: 1, token: JSON.stringify({ user: "bob", subscribe: ["**"] }) });
  ann.send({ type: "refresh", id: 2, token: "none" });
  ann.send({ type: "subscribe", id: 3, channel: "chat:a" });
  bench.settle();
  assertEquals([codes(ann), ann.last("subscribed")?.id], [["forbidden", "unauthenticated"], 3]);
});

Deno.test("of two refreshes the one that was sent later counts, whichever is judged first", () => {
  using bench = tokenBench();
  const ann = connected(bench, { user: "ann", subscribe: ["chat:*"] });
  const wide: Token = { user: "ann", subscribe: ["chat:*"], slowMs: 100 };
  ann.send({ type: "refresh", id: 1, token: JSON.stringify(wide) });
  ann.send({ type: "refresh", id: 2, token: JSON.stringify({ user: "ann" }) });
  bench.clock.advance(200);
  ann.send({ type: "subscribe", id: 3, channel: "chat:a" });
  bench.settle();
  assertEquals(codes(ann), ["cancelled", "forbidden"]);
  assertEquals(ann.last("refreshed")?.id, 2);
});

Deno.test("where clients are known without tokens a refresh is refused with the reason", () => {
  using bench = testGateway();
  const ann = bench.connect("ann");
  ann.send({ type: "refresh", id: 1, token: "x" });
  assertEquals(ann.last("error")?.failure.code, "bad_request");
  assertStringIncludes(ann.last("error")!.failure.message, "takes no tokens");
  assert(ann.closed === undefined);
});
