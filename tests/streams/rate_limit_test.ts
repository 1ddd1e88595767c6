import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { map, VirtualTimeScheduler } from "rxjs";
import { done } from "../../streams/delivery.ts";
import { DueHeap } from "../../streams/due_heap.ts";
import { type RateLimit, rateLimit, rateLimitByKey } from "../../streams/rate_limit.ts";
import { holds } from "../holds.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";
import { testLife } from "./life.ts";
import { messageOfError } from "./message_of_error.ts";
import { Told } from "./told.ts";

/** One in four milliseconds, two at once. */
function limited({ scheduler }: MarbleKit, options: Partial<RateLimit<string>> = {}) {
  return rateLimit<string>({ count: 1, perMs: 4, burst: 2, scheduler, ...options });
}

testLife("rate limit", (kit) => limited(kit, { waiting: 9 }));

Deno.test(
  "rate limit: what is over it is left out where none may wait",
  marbles((kit) => {
    const source = kit.hot("-abc--d-e---------fgh|");
    kit.emits(source.pipe(limited(kit)), "-ab---d-----------fg-|");
    kit.subscriptions(source, "^--------------------!");
  }),
);

Deno.test(
  "rate limit: what waits goes when the rate allows it, in order, also after the source has completed",
  marbles((kit) => {
    kit.emits(kit.hot("abcd|").pipe(limited(kit, { waiting: 9 })), "ab--c---(d|)");
  }),
);

Deno.test(
  "rate limit: without a burst items are apart",
  marbles((kit) =>
    kit.emits(kit.hot("abc-------d-|").pipe(limited(kit, { waiting: 9, burst: 1 })), "a---b---c---(d|)")
  ),
);

Deno.test(
  "rate limit: what finds no room to wait",
  marbles((kit) => {
    kit.emits(kit.hot("abcde-------|").pipe(limited(kit, { waiting: 1 })), "ab--c---e---|");
    kit.emits(
      kit.hot("abcd--------|").pipe(limited(kit, { waiting: 1, overflow: "drop_oldest" })),
      "ab--d-------|",
    );
    const error =
      "Cannot hold one more item: 1 wait already; bound the source, give more room or another overflow policy";
    kit.emits(kit.hot("abcd").pipe(limited(kit, { waiting: 1, overflow: "error" }), messageOfError), "ab-#", { error });
  }),
);

Deno.test(
  "rate limit: an error comes at once, and what waits is dropped",
  marbles((kit) => kit.emits(kit.hot("abc#").pipe(limited(kit, { waiting: 9 })), "ab-#")),
);

Deno.test(
  "rate limit by key: a rate for each key, none waits for another",
  marbles((kit) => {
    const byLetter = rateLimitByKey((item: string) => item.toLowerCase(), {
      count: 1,
      perMs: 4,
      waiting: 9,
      scheduler: kit.scheduler,
    });
    kit.emits(kit.hot("aAbB-----|").pipe(byLetter), "a-b-A-B--|");
  }),
);

Deno.test(
  "rate limit by key: keys over the bound share a rate",
  marbles((kit) => {
    const options = { count: 1, perMs: 4, maxKeys: 1, scheduler: kit.scheduler };
    kit.emits(kit.hot("abcadc|").pipe(rateLimitByKey((item: string) => item, options)), "ab---c|");
  }),
);

Deno.test("rate limit: a delivery that is left out is done, no other is", () => {
  const told = new Told<string>();
  const scheduler = new VirtualTimeScheduler();
  const items = timed(["a", "b", "c", "d"].map((value) => ({ value, gap: 1 })));
  arriving(items, scheduler).pipe(
    map(({ value }) => told.delivery(value)),
    rateLimit({ count: 1, perMs: 100, waiting: 1, scheduler, leftOut: done }),
  ).subscribe();
  scheduler.flush();
  assertEquals(told.done, ["c", "d"]);
});

Deno.test("rate limit: one that lets nothing through is refused", () => {
  const scheduler = new VirtualTimeScheduler();
  for (const wrong of [{ count: 0 }, { perMs: 0 }, { burst: 0 }, { count: NaN }]) {
    assertThrows(() => rateLimit({ count: 1, perMs: 1, scheduler, ...wrong }), RangeError, "Cannot limit to");
  }
});

Deno.test("rate limit by key: in no time do more pass than the rate allows, and none waits longer than it must", () => {
  const item = fc.record({ key: fc.integer({ min: 0, max: 3 }), gap: fc.integer({ min: 0, max: 15 }) });
  const rate = fc.record({
    count: fc.integer({ min: 1, max: 5 }),
    perMs: fc.integer({ min: 1, max: 60 }),
    burst: fc.integer({ min: 1, max: 4 }),
    waiting: fc.constantFrom(0, 2, 100),
  });
  holds(fc.property(fc.array(item, { maxLength: 60 }), rate, fc.integer({ min: 1, max: 5 }), (items, rate, maxKeys) => {
    const scheduler = new VirtualTimeScheduler();
    const script = timed(items);
    const passed: { key: number; n: number; at: number }[] = [];
    const left: number[] = [];
    const options = { ...rate, maxKeys, scheduler, leftOut: ({ n }: { n: number }) => void left.push(n) };
    arriving(script, scheduler).pipe(rateLimitByKey(({ key }) => key, options))
      .subscribe(({ key, n }) => passed.push({ key, n, at: scheduler.now() }));
    scheduler.flush();
    assertEquals([...passed.map(({ n }) => n), ...left].toSorted((a, b) => a - b), script.map(({ n }) => n));
    const eachMs = rate.perMs / rate.count;
    for (const key of new Set(script.map((one) => one.key))) {
      const mine = passed.filter((one) => one.key === key);
      assertEquals(mine.map(({ n }) => n), mine.map(({ n }) => n).toSorted((a, b) => a - b));
      for (const [from, first] of mine.entries()) {
        for (const [to, last] of mine.entries()) {
          if (to < from) continue;
          const most = rate.burst + (last.at - first.at) / eachMs;
          assert(to - from + 1 <= most + 1e-6, `${to - from + 1} in ${last.at - first.at} ms, at most ${most}`);
        }
      }
      // With keys enough and room enough the model of a bucket says when each goes.
      if (maxKeys < 4 || rate.waiting < 100) continue;
      let fullAt = 0;
      const model = script.filter((one) => one.key === key).map(({ n, at }) => {
        const goes = Math.max(at, Math.max(fullAt, at) - (rate.burst - 1) * eachMs);
        fullAt = Math.max(fullAt, at) + eachMs;
        return { n, goes };
      });
      assertEquals(mine.map(({ n }) => n), model.map(({ n }) => n));
      for (const [nth, { at }] of mine.entries()) assert(Math.abs(at - model[nth]!.goes) < 1e-6);
    }
  }));
});

Deno.test("due heap: what is due next comes first, and what was added first among equals", () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant("shift" as const)));
  holds(fc.property(steps, (taken) => {
    const heap = new DueHeap<number>();
    const model: { at: number; n: number }[] = [];
    for (const [n, step] of taken.entries()) {
      if (step === "shift") {
        assertEquals(heap.shift(), model.shift()?.n);
      } else {
        heap.push(step, n);
        model.push({ at: step, n });
        model.sort((one, other) => one.at - other.at || one.n - other.n);
      }
      assertEquals(heap.next, model[0]?.at);
    }
  }));
});
