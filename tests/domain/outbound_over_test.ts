import { assertEquals, assertStringIncludes } from "@std/assert";
import { auditTime, groupBy, map, mergeMap, type Observable, take, tap, throwError } from "rxjs";
import { over } from "../../domain/outbound.ts";
import type { OutboundPublication } from "../../domain/outbound_publication.ts";
import { testGateway, type TestGatewayOptions } from "../../testing/mod.ts";

const CHANNEL = "prices:gold";

/** The latest of each channel, once a second. */
const conflated = over((publications, { scheduler }) =>
  publications.pipe(
    groupBy(({ channel }) => channel),
    mergeMap((ofChannel) => ofChannel.pipe(auditTime(1_000, scheduler)), Infinity),
  )
);

function gatewayWith(outbound: ReturnType<typeof over>, options: TestGatewayOptions = {}) {
  return testGateway({
    routes: [
      { channel: "prices:{symbol}", topic: "prices", echo: false, pipeline: { outbound } },
      { channel: "user:{user}", topic: "direct", pipeline: { outbound } },
    ],
    ...options,
  });
}

/** A pipeline that hands everything on, and does something when a number comes. */
function watching(look: (n: number) => unknown) {
  return over<number>((publications) => publications.pipe(tap((publication) => look(publication.json))));
}

Deno.test("outbound over: an operator keeps time by the gateway's clock, for all channels of its route", () => {
  using gateway = gatewayWith(conflated);
  const gold = gateway.subscriber("bob", CHANNEL);
  const silver = gateway.subscriber("bob", "prices:silver");
  const ann = gateway.connect("ann");
  for (const price of [1, 2, 3]) ann.publish(CHANNEL, price);
  ann.publish("prices:silver", 9);
  assertEquals([gold.payloads, silver.payloads], [[], []]);
  gateway.clock.advance(1_000);
  assertEquals([gold.payloads, silver.payloads], [[3], [9]]);
  assertEquals(gold.publications[0]!.sender, "ann");
});

Deno.test("outbound over: it gets what comes to channels without subscribers too", () => {
  const seen: number[] = [];
  using gateway = gatewayWith(watching((n) => seen.push(n)));
  gateway.connect("ann").publish(CHANNEL, 1);
  assertEquals(seen, [1]);
});

Deno.test("outbound over: it is one operator, however many subscribe", () => {
  let subscribed = 0;
  using gateway = gatewayWith(over((publications) => publications.pipe(tap({ subscribe: () => subscribed++ }))));
  const bobs = [1, 2, 3].map(() => gateway.subscriber("bob", CHANNEL));
  gateway.connect("ann").publish(CHANNEL, 1);
  assertEquals(bobs.map(({ payloads }) => payloads), [[1], [1], [1]]);
  // One a route.
  assertEquals(subscribed, 2);
});

Deno.test("outbound over: a subscribe with a cursor is not recovered, and goes on live", () => {
  using gateway = gatewayWith(conflated);
  const ann = gateway.connect("ann");
  ann.publish(CHANNEL, 1);
  const { cursor } = gateway.subscriber("bob", CHANNEL).last("subscribed")!;
  ann.publish(CHANNEL, 2);
  for (const since of [cursor, "earliest"]) {
    const bob = gateway.subscriber("bob", CHANNEL, { since });
    const { recovered, reason } = bob.last("subscribed")!;
    assertEquals({ recovered, reason }, { recovered: false, reason: "stateful_pipeline" });
    ann.publish(CHANNEL, 3);
    gateway.clock.advance(1_000);
    assertEquals(bob.payloads, [3]);
  }
});

Deno.test("outbound over: a subscribe without a cursor is live, also by itself on connect", () => {
  using gateway = gatewayWith(conflated);
  assertEquals(gateway.subscriber("bob", CHANNEL).last("subscribed")?.recovered, true);
  const ann = gateway.connect("ann");
  assertEquals(ann.last("connected")?.subscriptions.map(({ recovered }) => recovered), [true]);
  const { channel, cursor } = ann.last("connected")!.subscriptions[0]!;
  const again = gateway.connect("ann", { [channel]: cursor });
  assertEquals(again.last("connected")?.subscriptions.map(({ reason }) => reason), ["stateful_pipeline"]);
});

Deno.test("outbound over: history is refused: it would show what the pipeline did not", () => {
  using gateway = gatewayWith(conflated);
  const ann = gateway.connect("ann");
  ann.publish(CHANNEL, 1);
  ann.send({ type: "history", id: 5, channel: CHANNEL });
  assertEquals(ann.last("error")?.failure.code, "stateful_pipeline");
});

Deno.test("outbound over: who publishes on a route without echo does not get what the operator makes of it", () => {
  using gateway = gatewayWith(
    over<number>((publications) =>
      publications.pipe(map((publication) => publication.with({ json: publication.json + 1 })))
    ),
  );
  const [ann, bob] = [gateway.subscriber("ann", CHANNEL), gateway.subscriber("bob", CHANNEL)];
  ann.publish(CHANNEL, 1);
  assertEquals([ann.payloads, bob.payloads], [[], [2]]);
});

for (
  const [what, breaks] of Object.entries({
    "errors": (source: Observable<OutboundPublication<number>>) =>
      source.pipe(tap(({ json }) => {
        if (json === 0) throw new Error("no zero");
      })),
    "completes": (source: Observable<OutboundPublication<number>>) => source.pipe(take(2), map((same) => same)),
  })
) {
  Deno.test(`outbound over: an operator that ${what} is started anew after a while, and the gap is told`, () => {
    using gateway = gatewayWith(over<number>(breaks));
    const bob = gateway.subscriber("bob", CHANNEL);
    const ann = gateway.connect("ann");
    for (const n of [1, 2, 0]) ann.publish(CHANNEL, n);
    ann.publish(CHANNEL, 5);
    assertEquals(gateway.telemetry.counted("outbound_restarts"), 1);
    gateway.clock.advance(250);
    ann.publish(CHANNEL, 6);
    ann.publish(CHANNEL, 7);
    assertEquals(bob.payloads, [1, 2, 6, 7]);
    const kinds = bob.received.map(({ type }) => type).filter((type) => type === "gap" || type === "publication");
    assertEquals(kinds, ["publication", "publication", "gap", "publication", "publication"]);
    assertEquals(bob.last("gap")?.reason, "pipeline_failed");
    assertEquals(gateway.ended, "no");
  });
}

Deno.test("outbound over: one that cannot be started is tried less and less often, and costs nobody else", () => {
  let tries = 0;
  using gateway = testGateway({
    routes: [
      {
        channel: "prices:{symbol}",
        topic: "prices",
        pipeline: {
          outbound: over(() => {
            tries++;
            throw new Error("it does not start");
          }),
        },
      },
      { channel: "chat:{room}", topic: "chat" },
    ],
  });
  gateway.clock.advance(60_000);
  assertEquals(tries > 3 && tries < 15, true, `${tries} tries`);
  const bob = gateway.subscriber("bob", "chat:lobby");
  const ann = gateway.connect("ann");
  assertEquals(ann.publish(CHANNEL, 1)?.type, "published");
  ann.publish("chat:lobby", 1);
  assertEquals(bob.payloads, [1]);
});

Deno.test("outbound over: what it emits that is no publication costs that one alone", () => {
  const forged = (publication: OutboundPublication<number>) => ({
    channel: publication.channel,
    cursor: "1",
    payload: null,
  });
  using gateway = gatewayWith(
    over<number>((publications) =>
      publications.pipe(map((publication) => publication.json === 0 ? forged(publication) as never : publication))
    ),
  );
  const bob = gateway.subscriber("bob", CHANNEL);
  const ann = gateway.connect("ann");
  for (const n of [1, 0, 2]) ann.publish(CHANNEL, n);
  assertEquals(bob.payloads, [1, 2]);
  assertEquals([gateway.telemetry.counted("outbound_failed"), gateway.telemetry.counted("outbound_restarts")], [1, 0]);
  assertStringIncludes(String(gateway.telemetry.notes.at(-1)?.fields?.reason), 'what "with" makes of it');
});

Deno.test("outbound over: a gateway that is drained leaves no timer of a failed operator behind", () => {
  const gateway = gatewayWith(over(() => throwError(() => new Error("no"))));
  gateway.drain(1_000);
  gateway.clock.advance(2_000);
  assertEquals(gateway.ended, "completed");
  assertEquals(gateway.clock.pending, 0);
});
