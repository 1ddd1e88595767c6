/** Two gateways on one log, and who is denied on both. */
import { assert, assertEquals } from "@std/assert";
import { firstValueFrom, of } from "rxjs";
import type { UserId } from "../../domain/channel.ts";
import { CONTROL_TOPIC, DenyList } from "../../domain/deny_list.ts";
import { NO_GRANTS } from "../../domain/grants.ts";
import type { Authenticator, Identity } from "../../domain/ports/authenticator.ts";
import { refuseDenied } from "../../domain/refuse_denied.ts";
import { type TestGateway, testGateway } from "../../testing/mod.ts";
import { handshake } from "../adapters/auth/fixtures.ts";

const TOPICS = { chat: 4, direct: 4, [CONTROL_TOPIC]: 2 };

function gate(beside?: TestGateway): TestGateway {
  return testGateway({
    topics: TOPICS,
    denials: new DenyList(),
    name: beside ? "b" : "a",
    ...(beside ? { beside } : {}),
  });
}

function pair(): { one: TestGateway; two: TestGateway } & Disposable {
  const one = gate();
  const two = gate(one);
  one.clock.advance(1);
  return {
    one,
    two,
    [Symbol.dispose]() {
      one[Symbol.dispose]();
      two[Symbol.dispose]();
    },
  };
}

/** Writes a record of the list, as `tidegate deny` and `tidegate allow` do. */
function control({ log, clock }: TestGateway, key: string, value: unknown): void {
  const bytes = value === null ? null : new TextEncoder().encode(JSON.stringify(value));
  const record = { topic: CONTROL_TOPIC, partition: key.length % 2, key, value: bytes, headers: {} };
  log.append([record]).subscribe();
  clock.advance(1);
}

function token(user: string, id: string): Identity {
  return { user: user as UserId, token: id, grants: NO_GRANTS };
}

function connect(gateway: TestGateway, identity: Identity) {
  const client = gateway.open({ kind: "identified", identity });
  client.send({ type: "connect" });
  gateway.settle();
  return client;
}

Deno.test("a denied user's sessions end on every node at once, and others' go on", () => {
  using both = pair();
  const { one, two } = both;
  const [ann1, ann2, bob] = [one.connect("ann"), two.connect("ann"), two.connect("bob")];
  control(one, "user:ann", { reason: "spam" });
  assertEquals([ann1.closed?.code, ann2.closed?.code, bob.closed], [4502, 4502, undefined]);
  assertEquals([one.telemetry.counted("sessions_denied"), two.telemetry.counted("sessions_denied")], [1, 1]);
});

Deno.test("a denied user is not let in on any node, also one that starts later, until the denial is lifted", () => {
  using both = pair();
  const { one, two } = both;
  control(one, "user:ann", {});
  using three = gate(one);
  one.clock.advance(1);
  for (const node of [one, two, three]) {
    const ann = node.connect("ann");
    assertEquals([ann.closed?.code, ann.received], [4502, []]);
  }
  control(two, "user:ann", null);
  for (const node of [one, two, three]) assertEquals(node.connect("ann").closed, undefined);
});

Deno.test("a denied token ends its own sessions alone, and its user goes on with another one", () => {
  using both = pair();
  const { one, two } = both;
  const [first, second] = [connect(one, token("ann", "t-1")), connect(two, token("ann", "t-2"))];
  control(one, "token:t-1", {});
  assertEquals([first.closed?.code, second.closed], [4502, undefined]);
  assertEquals(connect(two, token("ann", "t-1")).closed?.code, 4502);
});

Deno.test("a session that a refresh gave a new token is of the new token alone", () => {
  const authenticator = (ports: { authenticator: Authenticator }): Authenticator => ({
    ...ports.authenticator,
    refresh: (id) => of(token("ann", id)),
  });
  using one = testGateway({
    topics: TOPICS,
    denials: new DenyList(),
    rig: (ports) => ({ ...ports, authenticator: authenticator(ports) }),
  });
  one.clock.advance(1);
  control(one, "token:t-3", {});
  const ann = connect(one, token("ann", "t-1"));
  ann.send({ type: "refresh", id: 1, token: "t-3" });
  one.settle();
  assertEquals(ann.last("error")?.failure.code, "forbidden");
  ann.send({ type: "refresh", id: 2, token: "t-2" });
  one.settle();
  control(one, "token:t-1", {});
  assertEquals(ann.closed, undefined);
  control(one, "token:t-2", {});
  assertEquals(ann.closed?.code, 4502);
});

Deno.test("a denial ends by itself", () => {
  using both = pair();
  const { one } = both;
  control(one, "user:ann", { until: one.clock.scheduler.now() + 60_000 });
  assertEquals(one.connect("ann").closed?.code, 4502);
  one.clock.advance(60_000);
  assertEquals(one.connect("ann").closed, undefined);
});

Deno.test("a client between its handshake and its first frame is not overlooked", () => {
  using both = pair();
  const { one } = both;
  const ann = one.open("ann");
  control(one, "user:ann", {});
  one.clock.advance(5_000);
  assertEquals([ann.closed?.code, ann.received], [4502, []]);
});

Deno.test("while the log is away those who are in stay, and for half a minute others come in", () => {
  using both = pair();
  const { one } = both;
  const ann = one.connect("ann");
  assertEquals(one.gateway.readiness().checks.denyList, "ok");
  one.log.setAvailable(false);
  one.clock.advance(29_000);
  assertEquals(one.connect("bob").closed, undefined);
  one.clock.advance(7_000);
  const carl = one.connect("carl");
  assertEquals([carl.closed?.code, ann.closed], [4004, undefined]);
  const { ready, checks } = one.gateway.readiness();
  assertEquals([ready, checks.denyList], [false, "the deny list cannot be read"]);
  one.log.setAvailable(true);
  one.clock.advance(5_000);
  assertEquals(one.gateway.readiness().checks.denyList, "ok");
  assertEquals(one.connect("carl").closed, undefined);
});

Deno.test("a node whose log is away from the start is not ready, and lets nobody in", async () => {
  using one = gate();
  one.log.setAvailable(false);
  const denials = new DenyList();
  using two = testGateway({ topics: TOPICS, denials, beside: one, name: "b" });
  two.clock.advance(1_000);
  assertEquals(two.gateway.readiness().checks.denyList, "still reading the deny list");
  const door = refuseDenied({ admit: () => of({ kind: "awaited" }), identify: () => of() }, {
    denials,
    clock: two.clock,
  });
  const admission = await firstValueFrom(door.admit(handshake()));
  assert(admission.kind === "refused");
  assertEquals([admission.status, admission.headers], [503, { "retry-after": "5" }]);
});

Deno.test("the door refuses whom the handshake makes known with 403, and lets the others through", async () => {
  const denials = new DenyList();
  using one = testGateway({ topics: TOPICS, denials });
  one.clock.advance(1);
  control(one, "user:ann", {});
  const admit = (user: string) => {
    const inner: Authenticator = {
      admit: () => of({ kind: "identified", identity: { user: user as UserId } }),
      identify: () => of(),
    };
    return firstValueFrom(refuseDenied(inner, { denials, clock: one.clock }).admit(handshake()));
  };
  const ann = await admit("ann");
  assertEquals([ann.kind, ann.kind === "refused" && ann.status], ["refused", 403]);
  assertEquals((await admit("bob")).kind, "identified");
});

Deno.test("records that cannot be understood are told to the operator, and the list goes on", () => {
  using both = pair();
  const { one } = both;
  control(one, "nobody", {});
  control(one, "user:ann", { until: "never" });
  assertEquals(one.telemetry.notes.filter(({ message }) => message.includes("record of the deny list")).length, 2);
  assertEquals([one.connect("ann").closed?.code, one.connect("bob").closed], [4502, undefined]);
});

Deno.test("a gateway with a list drains and ends as one without, and leaves no timer", () => {
  const one = gate();
  one.clock.advance(1);
  const ann = one.connect("ann");
  one.drain(1_000);
  one.clock.advance(10_000);
  assertEquals([ann.closed?.code, one.ended], [4000, "completed"]);
  assertEquals(one.clock.pending, 0);
});
