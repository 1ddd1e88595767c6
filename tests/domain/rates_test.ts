/** What a gateway does with clients that ask for too much. */
import { assert, assertEquals } from "@std/assert";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { testGateway } from "../../testing/mod.ts";

const rates = {
  requests: 100,
  publishes: 10,
  subscribes: 5,
  userRequests: 150,
  userPublishes: 15,
  burstSeconds: 1,
};

Deno.test("publishes over their rate are refused with the time to wait, and written when it has passed", () => {
  using gateway = testGateway({ settings: { rates } });
  const ann = gateway.connect("ann");
  const answers = Array.from({ length: 12 }, (_, at) => ann.publish("chat:lobby", at));
  assertEquals(answers.map((answer) => answer?.type), [
    ...Array(10).fill("published"),
    "error",
    "error",
  ]);
  const refused = answers[10];
  assert(refused?.type === "error");
  const { code, retry, retryAfterMs } = refused.failure;
  assertEquals([code, retry, retryAfterMs], ["rate_limited", "wait", 250]);
  assertEquals(gateway.telemetry.counted("requests_limited"), 2);
  gateway.clock.advance(retryAfterMs);
  assertEquals(ann.publish("chat:lobby", "again")?.type, "published");
  assertEquals(gateway.records("chat").length, 11);
});

Deno.test("what is sent behind a refused publish does not overtake it", () => {
  using gateway = testGateway({ settings: { rates: { ...rates, publishes: 100 } } });
  const ann = gateway.connect("ann");
  const types: (string | undefined)[] = [];
  for (let at = 0; at < 500; at++) {
    types.push(ann.publish("chat:lobby", at)?.type);
    // Less than the time that a refusal says, in which tokens come all the same.
    gateway.clock.advance(1);
  }
  const first = types.indexOf("error");
  // A token comes every 10 ms: none of them lets anything pass before the 250 ms are over.
  assert(first > 0);
  assertEquals(types.indexOf("published", first), first + 250);
});

Deno.test("a user's connections share the user's rate, and nobody else's", () => {
  using gateway = testGateway({ settings: { rates } });
  const [one, two, bob] = [gateway.connect("ann"), gateway.connect("ann"), gateway.connect("bob")];
  const published = (client: typeof one) =>
    Array.from({ length: 20 }, (_, at) => client.publish("chat:lobby", at)?.type).filter((type) => type === "published")
      .length;
  assertEquals([published(one), published(two), published(bob)], [10, 5, 10]);
});

Deno.test("subscribing again and again is held to the rate of what reads the log, and so are looks back", () => {
  using gateway = testGateway({ settings: { rates } });
  const ann = gateway.connect("ann");
  let refused = 0;
  for (let at = 0; at < 20; at++) {
    if (ann.subscribe("chat:lobby")?.type === "error") refused++;
    ann.request({ type: "unsubscribe", channel: "chat:lobby" });
  }
  assertEquals(refused, 15);
  const look = ann.request({ type: "history", channel: "chat:lobby" });
  assert(look?.type === "error" && look.failure.code === "rate_limited");
  assertEquals(ann.request({ type: "ping" })?.type, "pong");
});

Deno.test("a client that goes on and on over its rate is closed with 4503, and nobody else", () => {
  using gateway = testGateway({ settings: { rates } });
  const bob = gateway.connect("bob");
  const flood = gateway.connect("ann");
  for (let at = 0; at < 3_000 && !flood.closed; at++) flood.request({ type: "ping" });
  assertEquals([flood.closed?.code, flood.closed?.name], [4503, "limit_exceeded"]);
  assertEquals(gateway.telemetry.counted("connections_limited"), 1);
  assertEquals(bob.request({ type: "ping" })?.type, "pong");
});

Deno.test("messages that hold no frame, and frames that are none, count as requests", () => {
  for (const message of ["", " \n\n", '{"teleport":{}}']) {
    using gateway = testGateway({ settings: { rates } });
    const flood = gateway.connect("ann");
    for (let at = 0; at < 3_000 && !flood.closed; at++) {
      flood.sendText(message);
      gateway.settle();
    }
    assertEquals(flood.closed?.code, 4503, JSON.stringify(message));
  }
});

Deno.test("the rates that hold by default let a client fill its window again and again", () => {
  using gateway = testGateway();
  const ann = gateway.connect("ann");
  for (let second = 0; second < 10; second++) {
    for (let at = 0; at < DEFAULT_SETTINGS.publishesInFlight; at++) {
      assertEquals(ann.publish("chat:lobby", at)?.type, "published");
    }
    gateway.clock.advance(1_000);
  }
});
