import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  asapScheduler,
  catchError,
  debounceTime,
  delay,
  EMPTY,
  firstValueFrom,
  from,
  mergeMap,
  observeOn,
  of,
  queueScheduler,
  timer,
} from "rxjs";
import { inVirtualTime, runMarbles, testGateway, VirtualClock } from "../../testing/mod.ts";

const REAL: Readonly<Record<string, { readonly what: string; readonly run: () => void }>> = {
  "an operator of time without a scheduler": {
    what: "asyncScheduler",
    run: () => of(1).pipe(debounceTime(1)).subscribe(),
  },
  "a timer of RxJS whose error a pipeline swallows": {
    what: "asyncScheduler",
    run: () => of(1).pipe(mergeMap(() => timer(1), 1), catchError(() => EMPTY)).subscribe(),
  },
  "RxJS' scheduler of microtasks": {
    what: "asapScheduler",
    run: () => of(1).pipe(observeOn(asapScheduler)).subscribe({ error: () => {} }),
  },
  "setTimeout": { what: "setTimeout", run: () => void setTimeout(() => {}, 1) },
  "setInterval": { what: "setInterval", run: () => void setInterval(() => {}, 1) },
  "a microtask": { what: "queueMicrotask", run: () => queueMicrotask(() => {}) },
  "an async projection": {
    what: "Promise.then",
    run: () => of(1).pipe(mergeMap(async (n) => await n, 1)).subscribe({ error: () => {} }),
  },
  "a promise that RxJS makes": {
    what: "Promise",
    run: () => of(1).pipe(mergeMap(() => firstValueFrom(of(1)), 1), catchError(() => EMPTY)).subscribe(),
  },
  "a promise that is resolved already": { what: "Promise", run: () => from(Promise.resolve(1)).subscribe() },
};

for (const [name, { what, run }] of Object.entries(REAL)) {
  Deno.test(`in virtual time: ${name} fails the test, and is not carried out`, () => {
    const error = assertThrows(() => inVirtualTime(run), Error, "in a test in virtual time");
    assertStringIncludes(error.message, `Cannot use ${what} `);
    assertStringIncludes(error.stack!, "in_virtual_time_test.ts");
  });
}

Deno.test("in virtual time: everything is real again afterwards, also after a failure", async () => {
  assertThrows(() => inVirtualTime(() => new Promise(() => {})), Error, "Promise");
  assertThrows(() => inVirtualTime(() => JSON.parse("{")), SyntaxError);
  assertEquals(await Promise.resolve(1).then((one) => one + 1), 2);
  assertEquals(await firstValueFrom(of(3).pipe(delay(1))), 3);
  await new Promise<void>((resolve) => setTimeout(resolve, 1));
  assertEquals(Object.hasOwn(asapScheduler, "schedule"), false);
});

Deno.test("in virtual time: what needs no time, and virtual time itself, is not refused, one in the other", () => {
  const clock = new VirtualClock();
  const told: number[] = [];
  inVirtualTime(() => {
    of(1, 2).pipe(observeOn(queueScheduler)).subscribe((n) => told.push(n));
    timer(5, clock.scheduler).subscribe(() => told.push(5));
    clock.advance(5);
  });
  assertEquals(told, [1, 2, 5]);
});

Deno.test("in virtual time: a route's pipeline with a real timer fails the test, where a client would only see an error", () => {
  using gateway = testGateway({
    routes: [{
      channel: "chat:{room}",
      topic: "chat",
      pipeline: { inbound: (publish) => of(publish).pipe(delay(10)) },
    }],
  });
  const ann = gateway.connect("ann");
  assertThrows(() => ann.publish("chat:lobby", 1), Error, "Cannot use asyncScheduler in a test in virtual time");
});

Deno.test("in virtual time: a route's pipeline that is an async function fails the test", () => {
  using gateway = testGateway({
    routes: [{
      channel: "chat:{room}",
      topic: "chat",
      pipeline: { inbound: async (publish) => await publish },
    }],
  });
  const ann = gateway.connect("ann");
  assertThrows(() => ann.publish("chat:lobby", 1), Error, "Cannot use Promise.then in a test in virtual time");
});

Deno.test("in virtual time: a marble test refuses promises and timers that are not of RxJS", () => {
  const marbles = (run: () => unknown) => () =>
    runMarbles(({ cold, emits }) => emits(cold("a|").pipe(mergeMap(() => (run(), of("b")), 1)), "b|"));
  assertThrows(marbles(() => Promise.resolve(1)), Error, "Cannot use Promise in a test in virtual time");
  assertThrows(marbles(() => setTimeout(() => {}, 1)), Error, "Cannot use setTimeout in a test in virtual time");
  marbles(() => 1)();
});
