import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { map, VirtualTimeScheduler } from "rxjs";
import { conflateByKey } from "../../streams/conflate_by_key.ts";
import { done } from "../../streams/delivery.ts";
import { holds } from "../holds.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";
import { testLife } from "./life.ts";
import { Told } from "./told.ts";

/** The key is the letter in lower case: `a` and `A` are values of the same key. */
const letter = (item: string) => item.toLowerCase();

function conflated({ scheduler }: MarbleKit, maxKeys?: number) {
  return conflateByKey(letter, { periodMs: 5, scheduler, ...(maxKeys === undefined ? {} : { maxKeys }) });
}

testLife("conflate by key", conflated);

Deno.test(
  "conflate by key: one item passes at once, and the end does not wait for its period",
  marbles((kit) => {
    const source = kit.hot("-a-|");
    kit.emits(source.pipe(conflated(kit)), "-a-|");
    kit.subscriptions(source, "^--!");
  }),
);

Deno.test(
  "conflate by key: of many items the first is told at once, and the latest at the end of each period",
  marbles((kit) => {
    kit.emits(kit.hot("-aAa-A---A------a|").pipe(conflated(kit)), "-a----A----A----a|");
  }),
);

Deno.test(
  "conflate by key: keys have periods of their own",
  marbles((kit) => {
    kit.emits(kit.hot("-a-bAB------|").pipe(conflated(kit)), "-a-b--A-B---|");
  }),
);

Deno.test(
  "conflate by key: what is held when the source completes is told then",
  marbles((kit) => {
    kit.emits(kit.hot("-abAB|").pipe(conflated(kit)), "-ab--(AB|)");
  }),
);

Deno.test(
  "conflate by key: an error comes at once, and what is held is dropped",
  marbles((kit) => {
    kit.emits(kit.hot("-aA-#").pipe(conflated(kit)), "-a--#");
  }),
);

Deno.test(
  "conflate by key: over the bound of keys the oldest period ends early, with its latest item",
  marbles((kit) => {
    kit.emits(kit.hot("abAc----B-----|").pipe(conflated(kit, 2)), "ab-(Ac)-B-----|");
  }),
);

Deno.test(
  "conflate by key: a delivery that is replaced is done, one that is told is not",
  marbles((kit) => {
    const told = new Told<string>();
    const source = kit.hot("-aAa--|").pipe(map((value) => told.delivery(value)));
    const options = { periodMs: 9, scheduler: kit.scheduler, leftOut: done };
    kit.emits(
      source.pipe(conflateByKey(({ value }) => letter(value), options), map(({ value }) => value)),
      "-a----(a|)",
    );
    kit.flush();
    assertEquals(told.done, ["A"]);
  }),
);

Deno.test(
  "conflate by key: each subscription conflates for itself",
  marbles((kit) => {
    const twice = kit.cold("aA----|").pipe(conflated(kit));
    kit.emits(twice, "a----A|");
    kit.emits(twice, "a----A|");
  }),
);

Deno.test("conflate by key: the last value of each key is never lost, and no key is told twice within a period", () => {
  const item = fc.record({ key: fc.integer({ min: 0, max: 4 }), gap: fc.integer({ min: 0, max: 12 }) });
  holds(fc.property(fc.array(item, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (items, maxKeys) => {
    const scheduler = new VirtualTimeScheduler();
    const script = timed(items);
    const told: { key: number; n: number; at: number }[] = [];
    arriving(script, scheduler).pipe(conflateByKey(({ key }) => key, { periodMs: 10, scheduler, maxKeys }))
      .subscribe(({ key, n }) => told.push({ key, n, at: scheduler.now() }));
    scheduler.flush();
    for (const key of new Set(script.map((one) => one.key))) {
      const mine = told.filter((one) => one.key === key);
      assertEquals(mine.at(-1)?.n, script.findLast((one) => one.key === key)?.n);
      assertEquals(mine.map(({ n }) => n), mine.map(({ n }) => n).toSorted((a, b) => a - b));
      // More keys than may be open end periods early; the end of the source tells what is held.
      if (maxKeys < 5) continue;
      const end = script.at(-1)!.at;
      for (const [nth, one] of mine.entries()) {
        assert(nth === 0 || one.at - mine[nth - 1]!.at >= 10 || one.at === end, JSON.stringify(mine));
      }
    }
  }));
});
