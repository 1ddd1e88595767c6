import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { delay, firstValueFrom, mergeMap, observeOn, of, queueScheduler, timer } from "rxjs";
import { RealTimeUsed, runMarbles, testGateway, VirtualClock, virtualOnly } from "../../testing/mod.ts";
import type { Inbound } from "../../domain/pipeline.ts";

/** A gateway whose chat goes through a pipeline; nobody has asked for a guard. */
function chatBy(inbound: Inbound) {
  return testGateway({ routes: [{ channel: "chat:{room}", topic: "chat", pipeline: { inbound } }] });
}

Deno.test("real time guard: a gateway in virtual time fails the publish whose pipeline uses real time, by itself", () => {
  for (const inbound of [(publish) => of(publish).pipe(delay(10)), async (publish) => await publish] as Inbound[]) {
    using gateway = chatBy(inbound);
    const ann = gateway.connect("ann");
    const error = assertThrows(() => ann.publish("chat:lobby", 1), RealTimeUsed);
    // It says where: the pipeline is here.
    assertStringIncludes(error.stack!, "real_time_guard_test.ts");
  }
});

Deno.test("real time guard: the clock fails the test when what falls due uses real time", () => {
  using gateway = chatBy((publish, { scheduler }) =>
    timer(5, scheduler).pipe(mergeMap(() => of(publish).pipe(delay(1)), 1))
  );
  const ann = gateway.connect("ann");
  ann.publish("chat:lobby", 1);
  assertThrows(() => gateway.clock.advance(5), RealTimeUsed, "asyncScheduler");
});

Deno.test("real time guard: a marble test refuses promises and timers that are not of RxJS, by itself", () => {
  const marbles = (run: () => unknown) => () =>
    runMarbles(({ cold, emits }) => emits(cold("a|").pipe(mergeMap(() => (run(), of("b")), 1)), "b|"));
  assertThrows(marbles(() => Promise.resolve(1)), RealTimeUsed, "Cannot use a promise");
  assertThrows(marbles(() => Promise.withResolvers()), RealTimeUsed, "Cannot use a promise");
  assertThrows(marbles(() => setTimeout(() => {}, 1)), RealTimeUsed, "Cannot use setTimeout");
  marbles(() => 1)();
});

Deno.test("real time guard: what RxJS makes a promise of is refused, and so is a promise that is only made", () => {
  assertThrows(virtualOnly(() => void firstValueFrom(of(1))), RealTimeUsed, "a promise");
  assertThrows(virtualOnly(() => void new Promise(() => {})), RealTimeUsed, "a promise");
});

Deno.test("real time guard: virtual time, and what needs no time, is not refused, one in the other", () => {
  const clock = new VirtualClock();
  const told: number[] = [];
  virtualOnly(() => {
    of(1, 2).pipe(observeOn(queueScheduler)).subscribe((n) => told.push(n));
    timer(5, clock.scheduler).subscribe(() => told.push(5));
    clock.advance(5);
  })();
  assertEquals(told, [1, 2, 5]);
});

Deno.test("real time guard: everything is real between two steps of a test, and after one that failed", async () => {
  using gateway = chatBy((publish) => of(publish).pipe(delay(10)));
  const ann = gateway.connect("ann");
  assertEquals(await Promise.resolve(1).then((one) => one + 1), 2);
  assertThrows(() => ann.publish("chat:lobby", 1), RealTimeUsed);
  await new Promise<void>((resolve) => setTimeout(resolve, 1));
  assertEquals(await firstValueFrom(of(3).pipe(delay(1))), 3);
});
