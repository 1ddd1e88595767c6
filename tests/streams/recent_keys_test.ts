import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { map, VirtualTimeScheduler } from "rxjs";
import { deduplicateByKey } from "../../streams/deduplicate_by_key.ts";
import { done } from "../../streams/delivery.ts";
import { RecentMap } from "../../streams/recent_map.ts";
import { throttleByKey } from "../../streams/throttle_by_key.ts";
import { holds } from "../holds.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";
import { testLife } from "./life.ts";
import { Told } from "./told.ts";

const letter = (item: string) => item.toLowerCase();

function deduplicated({ scheduler }: MarbleKit, count = 9) {
  return deduplicateByKey(letter, { count, withinMs: 5, scheduler });
}

function throttled({ scheduler }: MarbleKit, maxKeys = 9) {
  return throttleByKey(letter, { periodMs: 5, scheduler, maxKeys });
}

testLife("deduplicate by key", deduplicated);
testLife("throttle by key", throttled);

Deno.test(
  "deduplicate by key: an item of a key that was seen is left out, others pass at once",
  marbles((kit) => {
    const source = kit.hot("-abAcB-|");
    kit.emits(source.pipe(deduplicated(kit)), "-ab-c--|");
    kit.subscriptions(source, "^------!");
  }),
);

Deno.test(
  "deduplicate by key: after its time an item is no duplicate, and each duplicate begins the time anew",
  marbles((kit) => {
    kit.emits(kit.hot("a----a------a|").pipe(deduplicated(kit)), "a-----------a|");
    kit.emits(kit.hot("a-----a|").pipe(deduplicated(kit)), "a-----a|");
  }),
);

Deno.test(
  "deduplicate by key: of more keys than are remembered the one that was seen the longest ago is forgotten",
  marbles((kit) => kit.emits(kit.hot("abAcab|").pipe(deduplicated(kit, 2)), "ab-c-b|")),
);

Deno.test(
  "throttle by key: the first of a key passes, the others of its period do not, whatever comes",
  marbles((kit) => {
    const source = kit.hot("abAaBaA---a|");
    kit.emits(source.pipe(throttled(kit)), "ab---a----a|");
    kit.subscriptions(source, "^----------!");
  }),
);

Deno.test(
  "throttle by key: over the bound of keys the oldest period ends early",
  marbles((kit) => kit.emits(kit.hot("abcBa|").pipe(throttled(kit, 2)), "abc-a|")),
);

Deno.test("deduplicate and throttle by key: a delivery that is left out is done, no other is", () => {
  const scheduler = new VirtualTimeScheduler();
  const [deduplication, throttling] = [new Told<string>(), new Told<string>()];
  const items = ["a", "b", "A", "B", "c"].map((value) => ({ gap: 1, value }));
  arriving(timed(items), scheduler).pipe(
    map(({ value }) => deduplication.delivery(value)),
    deduplicateByKey(({ value }) => letter(value), { count: 9, withinMs: 9, scheduler, leftOut: done }),
  ).subscribe();
  arriving(timed(items), scheduler).pipe(
    map(({ value }) => throttling.delivery(value)),
    throttleByKey(({ value }) => letter(value), { periodMs: 9, scheduler, leftOut: done }),
  ).subscribe();
  scheduler.flush();
  assertEquals([deduplication.done, throttling.done], [["A", "B"], ["A", "B"]]);
});

const scripts = fc.array(
  fc.record({ key: fc.integer({ min: 0, max: 5 }), gap: fc.integer({ min: 0, max: 8 }) }),
  { maxLength: 60 },
);

Deno.test("deduplicate by key: it decides as one who remembers everything would", () => {
  holds(
    fc.property(scripts, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 20 }), (items, count, withinMs) => {
      const scheduler = new VirtualTimeScheduler();
      const script = timed(items);
      const told: number[] = [];
      arriving(script, scheduler).pipe(deduplicateByKey(({ key }) => key, { count, withinMs, scheduler }))
        .subscribe(({ n }) => told.push(n));
      scheduler.flush();
      const model = script.filter(({ key, at, n }) => {
        const last = script.slice(0, n).findLast((one) => one.key === key);
        if (!last || at - last.at > withinMs) return true;
        const since = new Set(script.slice(last.n + 1, n).map((one) => one.key));
        return since.size >= count;
      });
      assertEquals(told, model.map(({ n }) => n));
    }),
  );
});

Deno.test("throttle by key: what passes of a key is a period apart, and nothing else is left out", () => {
  holds(fc.property(scripts, (items) => {
    const scheduler = new VirtualTimeScheduler();
    const script = timed(items);
    const told: number[] = [];
    arriving(script, scheduler).pipe(throttleByKey(({ key }) => key, { periodMs: 10, scheduler }))
      .subscribe(({ n }) => told.push(n));
    scheduler.flush();
    const passed = new Map<number, number>();
    const model = script.filter(({ key, at }) => {
      if (at - (passed.get(key) ?? -Infinity) < 10) return false;
      passed.set(key, at);
      return true;
    });
    assertEquals(told, model.map(({ n }) => n));
  }));
});

Deno.test("recent map: it holds what a map does, and knows the entry that was set the longest ago", () => {
  const steps = fc.array(fc.tuple(fc.constantFrom("set", "delete", "shift"), fc.integer({ min: 0, max: 5 })));
  holds(fc.property(steps, (taken) => {
    const map = new RecentMap<number, number>();
    let model: [number, number][] = [];
    for (const [at, [step, key]] of taken.entries()) {
      if (step === "shift") assertEquals(map.shift(), model.shift()?.[1]);
      else model = model.filter(([other]) => other !== key);
      if (step === "delete") map.delete(key);
      if (step === "set") {
        map.set(key, at);
        model.push([key, at]);
      }
      assertEquals([map.oldest?.key, map.oldest?.value, map.size], [model[0]?.[0], model[0]?.[1], model.length]);
      assertEquals(map.get(key), model.find(([other]) => other === key)?.[1]);
      assertEquals(map.has(key), model.some(([other]) => other === key));
    }
  }));
});
