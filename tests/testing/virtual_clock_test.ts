import { assertEquals, assertThrows } from "@std/assert";
import { asapScheduler, observeOn, of, timer } from "rxjs";
import { VirtualClock } from "../../testing/mod.ts";

Deno.test("virtual clock: what is due comes in the order of its time, and what it brings about in its own time", () => {
  const clock = new VirtualClock();
  const began = clock.now();
  const told: string[] = [];
  const tell = (name: string, ms: number) => timer(ms, clock.scheduler).subscribe(() => told.push(`${name} ${ms}`));
  tell("b", 20);
  tell("a", 10);
  timer(5, clock.scheduler).subscribe(() => tell("c", 10));
  clock.advance(15);
  assertEquals(told, ["a 10", "c 10"]);
  assertEquals([clock.now() - began, clock.pending], [15, 1]);
  clock.advance(5);
  assertEquals([told.at(-1), clock.pending], ["b 20", 0]);
});

Deno.test("virtual clock: time stands still until it is moved, and moves though nothing is due", () => {
  const clock = new VirtualClock();
  const began = clock.scheduler.now();
  clock.advance(0);
  assertEquals(clock.scheduler.now(), began);
  clock.advance(3_600_000);
  assertEquals(clock.scheduler.now(), began + 3_600_000);
});

Deno.test("virtual clock: what an action throws is thrown to the test", () => {
  const clock = new VirtualClock();
  clock.scheduler.schedule(() => {
    throw new RangeError("broken");
  }, 10);
  assertThrows(() => clock.advance(10), RangeError, "broken");
});

Deno.test("virtual clock: what is on another scheduler is none of its own", async () => {
  const clock = new VirtualClock();
  const { promise, resolve } = Promise.withResolvers<void>();
  of(1).pipe(observeOn(asapScheduler)).subscribe({ complete: resolve });
  assertEquals(clock.pending, 0);
  await promise;
});
