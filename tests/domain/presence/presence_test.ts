/** Gateways on one log, and who is present on all of them. */
import { assertEquals } from "@std/assert";
import { filter, from, of } from "rxjs";
import type { UserId } from "../../../domain/channel.ts";
import { type Grants, parseGrants } from "../../../domain/grants.ts";
import type { GatewayPorts } from "../../../domain/scene.ts";
import { PRESENCE_TOPIC } from "../../../domain/presence_word.ts";
import {
  riggedLog,
  type TestClient,
  type TestGateway,
  testGateway,
  type TestGatewayOptions,
} from "../../../testing/mod.ts";
import { Stoppable } from "./stop.ts";

const ROUTES = [{ channel: "chat:{room}", topic: "chat", presenceScope: "announced" as const }];
const EXPIRY_MS = 10_000;

function node(name: string, beside?: TestGateway, more: TestGatewayOptions = {}): TestGateway {
  const started = testGateway({
    routes: ROUTES,
    topics: { chat: 4, [PRESENCE_TOPIC]: 1 },
    presenceTopic: PRESENCE_TOPIC,
    name,
    settings: { node: name, presenceExpiryMs: EXPIRY_MS },
    ...(beside ? { beside } : {}),
    ...more,
  });
  started.clock.advance(5);
  return started;
}

/** Who is on a channel, as a client is answered: `ann 2` has two connections. */
function present(client: TestClient, { clock }: TestGateway, channel = "chat:a"): string[] | string {
  client.send({ type: "presence", id: 9, channel });
  clock.advance(0);
  const answer = client.received.findLast((frame) => frame.type === "presence" || frame.type === "error");
  if (answer?.type === "error") return answer.failure.code;
  return answer?.type === "presence" ? answer.users.map(({ user, sessions }) => `${user} ${sessions}`).sort() : [];
}

/** What a client was told of others, in order. */
function told({ received }: TestClient): string[] {
  return received.flatMap((frame) =>
    frame.type === "joined" || frame.type === "left" ? [`${frame.type} ${frame.user}`] : []
  );
}

/** The keys that the topic has a value for. */
function standing(gateway: TestGateway): string[] {
  const last = new Map(gateway.records(PRESENCE_TOPIC).map(({ key, value }) => [key ?? "", value]));
  return [...last].flatMap(([key, value]) => value === null ? [] : [key.replace(/~.*/, "")]).sort();
}

Deno.test("users of all nodes are present on each, and are told to those who watch", () => {
  using one = node("one");
  using two = node("two", one);
  const ann = one.subscriber("ann", "chat:a");
  const bob = two.subscriber("bob", "chat:a");
  one.clock.advance(10);
  assertEquals([present(ann, one), present(bob, two)], [["ann 1", "bob 1"], ["ann 1", "bob 1"]]);
  assertEquals([told(ann).at(-1), told(bob)], ["joined bob", ["joined ann", "joined bob"].slice(1)]);
  bob.send({ type: "unsubscribe", id: 3, channel: "chat:a" });
  one.clock.advance(10);
  assertEquals([present(ann, one), told(ann).at(-1)], [["ann 1"], "left bob"]);
});

Deno.test("a user joins once and leaves with the last connection of all nodes", () => {
  using one = node("one");
  using two = node("two", one);
  const eve = one.subscriber("eve", "chat:a");
  const first = one.subscriber("ann", "chat:a");
  const second = one.subscriber("ann", "chat:a");
  const third = two.subscriber("ann", "chat:a");
  one.clock.advance(EXPIRY_MS);
  assertEquals(present(eve, one), ["ann 3", "eve 1"]);
  first.end();
  second.end();
  one.clock.advance(10);
  assertEquals(present(eve, one), ["ann 1", "eve 1"]);
  third.end();
  one.clock.advance(10);
  assertEquals(present(eve, one), ["eve 1"]);
  assertEquals(told(eve).filter((text) => text.includes("ann")), ["joined ann", "left ann"]);
});

Deno.test("a node that dies takes its users along after its expiry, and the log forgets it", () => {
  using one = node("one");
  const two = node("two", one);
  const ann = one.subscriber("ann", "chat:a");
  two.subscriber("bob", "chat:a");
  one.clock.advance(10);
  assertEquals(standing(one).length, 4);
  two[Symbol.dispose]();
  one.clock.advance(EXPIRY_MS / 2);
  assertEquals(present(ann, one), ["ann 1", "bob 1"]);
  one.clock.advance(EXPIRY_MS);
  assertEquals([present(ann, one), told(ann).at(-1)], [["ann 1"], "left bob"]);
  one.clock.advance(EXPIRY_MS);
  assertEquals(standing(one), ["member:chat:a/ann@one", "node:one"]);
  assertEquals(one.telemetry.counted("presence_expired"), 1);
  assertEquals(one.gateway.stats().presence, { members: 1, nodes: 1 });
});

Deno.test("what happens in one turn is one append, and where nothing does heartbeats alone are written", () => {
  const appends: string[][] = [];
  const rig = (ports: GatewayPorts): GatewayPorts => ({
    ...ports,
    log: riggedLog(ports.log, {
      append(records) {
        appends.push(records.map(({ key }) => key!.replace(/~.*/, "")));
        return ports.log.append(records);
      },
    }),
  });
  using one = node("one", undefined, { rig });
  one.clock.advance(EXPIRY_MS / 4);
  const clients = ["ann", "bob", "carl"].map((user) => one.open(user));
  for (const client of clients) client.send({ type: "connect" }, { type: "subscribe", id: 1, channel: "chat:a" });
  one.clock.advance(5);
  for (const client of clients) client.end();
  one.clock.advance(EXPIRY_MS / 2);
  const members = ["member:chat:a/ann@one", "member:chat:a/bob@one", "member:chat:a/carl@one"];
  assertEquals(appends, [["node:one"], members, members, ["node:one"], ["node:one"]]);
});

for (const [how, removes] of [["lives", "a"], ["cannot write", "b"], ["does not read", "b"]] as const) {
  Deno.test(`of the living, the first by name removes what a dead node has left; where that one ${how}, ${removes} does`, () => {
    const tombstones: string[] = [];
    let isDead = false;
    const rig = (name: string) => (ports: GatewayPorts): GatewayPorts => ({
      ...ports,
      log: riggedLog(ports.log, {
        tail: (request) =>
          ports.log.tail(request).pipe(
            filter((batch) => {
              const isHeard = !isDead || name !== "a" || how !== "does not read";
              if (!isHeard) batch.done();
              return isHeard;
            }),
          ),
        append(records) {
          if (isDead && name === "a" && how === "cannot write") {
            return from(
              records.map((_, index) => ({ kind: "rejected", index, reason: "forbidden", message: "" } as const)),
            );
          }
          tombstones.push(
            ...records.flatMap(({ key, value }) => value === null ? [`${name} ${key!.replace(/~.*/, "")}`] : []),
          );
          return ports.log.append(records);
        },
      }),
    });
    using a = node("a", undefined, { rig: rig("a") });
    using b = node("b", a, { rig: rig("b") });
    const c = node("c", a);
    c.subscriber("ann", "chat:a");
    a.clock.advance(10);
    c[Symbol.dispose]();
    isDead = true;
    a.clock.advance(4 * EXPIRY_MS);
    const own = ["member:chat:a/ann@c", "node:c"];
    assertEquals(tombstones.filter((text) => text.endsWith("c")), own.map((key) => `${removes} ${key}`));
    assertEquals(standing(b).filter((key) => key.endsWith("c")), []);
  });
}

Deno.test("an answer comes after what it knows of was told, and who has left is told nothing more", () => {
  using one = node("one");
  const ann = one.subscriber("ann", "chat:a");
  one.clock.advance(10);
  const bob = one.open("bob");
  bob.send({ type: "connect" }, { type: "subscribe", id: 1, channel: "chat:a" });
  ann.send({ type: "presence", id: 9, channel: "chat:a" });
  const types = ann.received.map(({ type }) => type);
  assertEquals(types.slice(-2), ["joined", "presence"]);
  bob.send({ type: "unsubscribe", id: 2, channel: "chat:a" });
  one.clock.advance(10);
  assertEquals(told(ann).slice(-2), ["joined bob", "left bob"]);
  ann.send({ type: "unsubscribe", id: 3, channel: "chat:a" });
  one.subscriber("carl", "chat:a");
  one.clock.advance(10);
  assertEquals([told(ann).at(-1), told(bob).length], ["left bob", 1]);
});

Deno.test("a node that drains takes itself and its users out of the log, and leaves no timer", () => {
  using one = node("one");
  using two = node("two", one);
  const ann = one.subscriber("ann", "chat:a");
  two.subscriber("bob", "chat:a");
  one.clock.advance(10);
  two.drain(1_000);
  one.clock.advance(2_000);
  assertEquals([two.ended, present(ann, one)], ["completed", ["ann 1"]]);
  assertEquals(standing(one), ["member:chat:a/ann@one", "node:one"]);
  assertEquals(one.gateway.stats().presence, { members: 1, nodes: 1 });
  one.drain(1_000);
  one.clock.advance(2_000);
  assertEquals([one.ended, standing(one), one.clock.pending], ["completed", [], 0]);
});

Deno.test("a node that starts reads the topic whole before it is ready, and says so", () => {
  using one = node("one");
  one.subscriber("ann", "chat:a");
  one.clock.advance(10);
  one.log.setAvailable(false);
  using two = node("two", one);
  const bob = two.connect("bob");
  assertEquals(two.gateway.readiness().checks.presence, "still reading who is present");
  assertEquals(present(bob, two), "unavailable");
  one.log.setAvailable(true);
  one.clock.advance(10);
  assertEquals(two.gateway.readiness().checks.presence, "ok");
  assertEquals(present(bob, two), ["ann 1"]);
});

Deno.test("while the log is away nobody is taken for gone, and what happened meanwhile is said when it is back", () => {
  using one = node("one");
  using two = node("two", one);
  const ann = one.subscriber("ann", "chat:a");
  const bob = two.subscriber("bob", "chat:a");
  one.clock.advance(10);
  one.log.setAvailable(false);
  bob.end();
  one.clock.advance(5 * EXPIRY_MS);
  assertEquals(present(ann, one), ["ann 1", "bob 1"]);
  one.log.setAvailable(true);
  one.clock.advance(EXPIRY_MS);
  assertEquals(present(ann, one), ["ann 1"]);
});

Deno.test("after an outage a node has time to find its way back to the log, and one that does not is gone", () => {
  for (const [lateMs, users] of [[15_000, ["ann 1", "bob 1"]], [60_000, ["ann 1"]]] as const) {
    const process = new Stoppable();
    using one = node("one");
    using two = node("two", one, { rig: process.rig });
    const ann = one.subscriber("ann", "chat:a");
    two.subscriber("bob", "chat:a");
    one.clock.advance(10);
    one.log.setAvailable(false);
    process.stop();
    one.clock.advance(3 * EXPIRY_MS);
    one.log.setAvailable(true);
    one.clock.advance(lateMs);
    assertEquals([present(ann, one), told(ann).includes("left bob")], [[...users], users.length === 1], `${lateMs} ms`);
    one.clock.act(() => process.goOn());
    one.clock.advance(EXPIRY_MS);
    assertEquals(present(ann, one), ["ann 1", "bob 1"]);
  }
});

Deno.test("a topic that is made anew is filled by those who live", () => {
  using one = node("one");
  using two = node("two", one);
  const ann = one.subscriber("ann", "chat:a");
  two.subscriber("bob", "chat:a");
  one.clock.advance(10);
  one.log.recreate(PRESENCE_TOPIC);
  one.clock.advance(EXPIRY_MS);
  assertEquals(present(ann, one), ["ann 1", "bob 1"]);
  assertEquals(standing(one), ["member:chat:a/ann@one", "member:chat:a/bob@two", "node:one", "node:two"]);
});

Deno.test("an append whose outcome is not known is made good, whether it was written or not", () => {
  for (const how of ["unknown-but-written", "unknown-not-written"] as const) {
    using one = node("one");
    using two = node("two", one);
    const eve = two.connect("eve");
    one.clock.advance(10);
    one.log.failNextAppend(how);
    const ann = one.subscriber("ann", "chat:a");
    one.clock.advance(EXPIRY_MS);
    assertEquals(present(eve, two), ["ann 1"], how);
    one.log.failNextAppend(how);
    ann.end();
    one.clock.advance(EXPIRY_MS);
    assertEquals(present(eve, two), [], how);
  }
});

Deno.test("who may not see presence is told of nobody", () => {
  const routes = [{ ...ROUTES[0]!, allow: { presence: "nobody" as const } }];
  using one = node("one", undefined, { routes });
  const ann = one.subscriber("ann", "chat:a");
  one.subscriber("bob", "chat:a");
  one.clock.advance(10);
  assertEquals([told(ann), present(ann, one)], [[], "forbidden"]);
});

Deno.test("a new token begins, or ends, that a subscriber is told of others", () => {
  const grants = (...presence: string[]) => parseGrants({ subscribe: ["**"], presence }, "ann" as UserId) as Grants;
  const tokens: Readonly<Record<string, Grants>> = { may: grants("chat:*"), "may not": grants() };
  const refresh = (token: string) => of({ user: "ann" as UserId, grants: tokens[token]! });
  const rig = (ports: GatewayPorts) => ({ ...ports, authenticator: { ...ports.authenticator, refresh } });
  using one = node("one", undefined, { rig });
  const ann = one.open({ kind: "identified", identity: { user: "ann" as UserId, grants: tokens["may not"]! } });
  ann.send({ type: "connect" }, { type: "subscribe", id: 1, channel: "chat:a" });
  one.clock.advance(10);
  one.subscriber("bob", "chat:a");
  one.clock.advance(10);
  assertEquals(told(ann), []);
  for (const [token, user] of [["may", "carl"], ["may not", "dan"]] as const) {
    ann.send({ type: "refresh", id: 2, token });
    one.clock.advance(10);
    one.subscriber(user, "chat:a");
    one.clock.advance(10);
    assertEquals(told(ann), ["joined carl"]);
  }
});

Deno.test("a route that shares presence without announcing it tells nobody, and one of the node writes nothing", () => {
  const routes = [
    { channel: "chat:{room}", topic: "chat", presenceScope: "shared" as const },
    { channel: "news:{room}", topic: "chat" },
  ];
  using one = node("one", undefined, { routes });
  using two = node("two", one, { routes });
  const ann = one.subscriber("ann", "chat:a");
  const bob = two.subscriber("bob", "chat:a");
  bob.subscribe("news:a");
  one.clock.advance(10);
  assertEquals([told(ann), present(ann, one), present(ann, one, "news:a")], [[], ["ann 1", "bob 1"], []]);
  assertEquals(present(bob, two, "news:a"), ["bob 1"]);
  assertEquals(standing(one).filter((key) => key.includes("news")), []);
});

Deno.test("without another node presence is announced by the memberships of this one alone", () => {
  using one = testGateway({ routes: ROUTES });
  const ann = one.subscriber("ann", "chat:a");
  const bob = one.subscriber("bob", "chat:a");
  one.clock.advance(10);
  bob.end();
  one.clock.advance(10);
  assertEquals(told(ann).filter((text) => text.includes("bob")), ["joined bob", "left bob"]);
  assertEquals(present(ann, one), ["ann 1"]);
  assertEquals(one.gateway.readiness().checks.presence, undefined);
  ann.end();
  one.clock.advance(10);
  assertEquals(one.clock.pending, 0);
});

Deno.test("records that are none of presence are told to the operator, and the others count", () => {
  using one = node("one");
  const ann = one.subscriber("ann", "chat:a");
  const put = (key: string | null, value: string) => {
    const bytes = new TextEncoder().encode(value);
    one.log.append([{ topic: PRESENCE_TOPIC, partition: 0, key, value: bytes, headers: {} }]).subscribe();
    one.clock.advance(5);
  };
  for (const key of [null, "", "member:chat:a/bob", "member:chat a/bob@x", "member:chat:a/b b@x"]) {
    put(key, '{"sessions":1}');
  }
  for (const value of ["", "no JSON", "[]", "{}", '{"sessions":0}', '{"sessions":-1}']) {
    put("member:chat:a/bob@x", value);
  }
  put("node:x", '{"beat":1,"expiryMs":1e99}');
  assertEquals(present(ann, one), ["ann 1"]);
  assertEquals(one.telemetry.notes.filter(({ message }) => message.includes("records of presence")).length, 12);
  put("member:chat:a/bob@x", '{"sessions":3}');
  assertEquals(present(ann, one), ["ann 1", "bob 3"]);
});
