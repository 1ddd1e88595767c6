import { assertEquals, assertThrows } from "@std/assert";
import {
  asapScheduler,
  asyncScheduler,
  auditTime,
  catchError,
  delay,
  EMPTY,
  from,
  mergeMap,
  Observable,
  of,
  queueScheduler,
  subscribeOn,
  timer,
} from "rxjs";
import { each, type Outbound, over } from "../../domain/outbound.ts";
import type { Inbound, Pipeline } from "../../domain/pipeline.ts";
import { marbles, RealTimeUsed, testGateway, virtualOnly } from "../../testing/mod.ts";

/** A test of a pipeline that holds only what any gateway does: it goes well whatever the pipeline uses. */
function testOf(pipeline: Pipeline): () => void {
  return virtualOnly(() => {
    using gateway = testGateway({ routes: [{ channel: "chat:{room}", topic: "chat", pipeline }] });
    gateway.subscriber("bob", "chat:lobby");
    gateway.connect("ann").publish("chat:lobby", 1);
    gateway.clock.advance(10_000);
  });
}

/** The inbound pipelines of a person who did not take the scheduler, and what is said of each. */
const INBOUND: Readonly<Record<string, { readonly inbound: Inbound; readonly says: string }>> = {
  "an operator of time without a scheduler": {
    inbound: (publish) => of(publish).pipe(delay(10)),
    says: "Cannot use asyncScheduler, which operators of time take where they are given none",
  },
  "RxJS' own clock": { inbound: (publish) => of(publish).pipe(delay(10, asyncScheduler)), says: "asyncScheduler" },
  "RxJS' own microtasks": { inbound: (publish) => of(publish).pipe(subscribeOn(asapScheduler)), says: "asapScheduler" },
  "a delay on the queue": {
    inbound: (publish) => of(publish).pipe(subscribeOn(queueScheduler, 10)),
    says: "queueScheduler with a delay",
  },
  "a timer of the platform": {
    inbound: (publish) =>
      new Observable((subscriber) => {
        const id = setTimeout(() => subscriber.next(publish), 10);
        return () => clearTimeout(id);
      }),
    says: "Cannot use setTimeout in a test in virtual time: take the scheduler that the pipeline is given",
  },
  "a microtask": {
    inbound: (publish) => new Observable((subscriber) => queueMicrotask(() => subscriber.next(publish))),
    says: "queueMicrotask",
  },
  "a promise": {
    inbound: (publish) => from(Promise.resolve(publish)),
    says: "Cannot use a promise in a test in virtual",
  },
  "a promise in an operator": {
    inbound: (publish) => of(publish).pipe(mergeMap((same) => Promise.resolve(same), 1)),
    says: "Cannot use a promise",
  },
  "an async function": { inbound: async (publish) => await publish, says: "Cannot use a promise" },
  "a timer whose error it catches": {
    inbound: (publish) => timer(10).pipe(mergeMap(() => [publish], 1), catchError(() => EMPTY)),
    says: "asyncScheduler",
  },
};

for (const [what, { inbound, says }] of Object.entries(INBOUND)) {
  Deno.test(`virtualOnly: a test fails where an inbound pipeline uses ${what}, and says what to use`, () => {
    assertThrows(testOf({ inbound }), RealTimeUsed, says);
  });
}

const OUTBOUND: Readonly<Record<string, Outbound>> = {
  "a real timer": over((publications) => publications.pipe(auditTime(100))),
  "a promise": over((publications) => publications.pipe(mergeMap((same) => Promise.resolve(same), 1))),
  "a real timer in each": each((publication) => {
    setTimeout(() => {}, 0);
    return publication;
  }),
};

for (const [what, outbound] of Object.entries(OUTBOUND)) {
  Deno.test(`virtualOnly: a test fails where an outbound pipeline uses ${what}`, () => {
    assertThrows(testOf({ outbound }), RealTimeUsed, "in a test in virtual time");
  });
}

Deno.test("virtualOnly: a marble test, which makes all of RxJS' time virtual, fails too", () => {
  const withoutScheduler = marbles(({ cold, emits }) => emits(cold("a|").pipe(delay(2)), "--(a|)"));
  withoutScheduler();
  assertThrows(virtualOnly(withoutScheduler), RealTimeUsed, "asyncScheduler");
  virtualOnly(marbles(({ cold, emits, scheduler }) => emits(cold("a|").pipe(delay(2, scheduler)), "--(a|)")))();
});

Deno.test("virtualOnly: a pipeline that takes the scheduler passes, and the test does what it does", () => {
  const inbound: Inbound = (publish, { scheduler }) =>
    of(publish).pipe(delay(100, scheduler), subscribeOn(queueScheduler));
  let length = 0;
  virtualOnly(() => {
    using gateway = testGateway({ routes: [{ channel: "chat:{room}", topic: "chat", pipeline: { inbound } }] });
    gateway.connect("ann").publish("chat:lobby", 1);
    gateway.clock.advance(100);
    length = gateway.records("chat").length;
  })();
  assertEquals(length, 1);
});

Deno.test("virtualOnly: an error of the test is its error, or the cause where real time was used too", () => {
  const wrong = new Error("not equal");
  const failing = virtualOnly(() => {
    throw wrong;
  });
  assertEquals(assertThrows(failing), wrong);
  const both = virtualOnly(() => {
    of(1).pipe(delay(1), catchError(() => EMPTY)).subscribe();
    throw wrong;
  });
  assertEquals(assertThrows(both, RealTimeUsed).cause, wrong);
});

Deno.test("virtualOnly: a test that is async is refused", () => {
  assertThrows(virtualOnly(async () => {}), RealTimeUsed, "a function that is not async");
});

Deno.test("virtualOnly: afterwards all is as it was", async () => {
  const before = [setTimeout, setInterval, queueMicrotask, Promise.prototype.then];
  assertThrows(testOf({ inbound: (publish) => of(publish).pipe(delay(1)) }));
  assertEquals([setTimeout, setInterval, queueMicrotask, Promise.prototype.then], before);
  for (const scheduler of [asyncScheduler, asapScheduler, queueScheduler]) {
    assertEquals(Object.hasOwn(scheduler, "schedule"), false);
  }
  const { promise, resolve } = Promise.withResolvers<number>();
  of(1).pipe(delay(1)).subscribe(resolve);
  assertEquals(await promise, 1);
});
