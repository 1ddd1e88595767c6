import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { map, VirtualTimeScheduler } from "rxjs";
import { done } from "../../streams/delivery.ts";
import { sampleByKey } from "../../streams/sample_by_key.ts";
import { holds } from "../holds.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";
import { testLife } from "./life.ts";
import { Told } from "./told.ts";

/** The key is the letter in lower case. */
const letter = (item: string) => item.toLowerCase();

function sampled({ scheduler }: MarbleKit, maxKeys = 9) {
  return sampleByKey(letter, { periodMs: 5, scheduler, maxKeys });
}

testLife("sample by key", sampled);

Deno.test(
  "sample by key: one item waits for the beat, and the end does not",
  marbles((kit) => {
    kit.emits(kit.hot("-a------|").pipe(sampled(kit)), "-----a--|");
    kit.emits(kit.hot("-a-|").pipe(sampled(kit)), "---(a|)");
  }),
);

Deno.test(
  "sample by key: at each beat the latest of every key that had one, in the order of the keys",
  marbles((kit) => {
    const source = kit.hot("abA---B-------a---|");
    kit.emits(source.pipe(sampled(kit)), "-----(Ab)-B----a--|");
    kit.subscriptions(source, "^-----------------!");
  }),
);

Deno.test(
  "sample by key: an error comes at once, and what is held is dropped",
  marbles((kit) => kit.emits(kit.hot("-a-#").pipe(sampled(kit)), "---#")),
);

Deno.test(
  "sample by key: over the bound of keys the sample is taken early",
  marbles((kit) => {
    const told: string[] = [];
    kit.hot("abAc---|").pipe(sampled(kit, 2)).subscribe((item) => told.push(`${item}${kit.scheduler.now()}`));
    kit.flush();
    assertEquals(told, ["A3", "b3", "c5"]);
  }),
);

Deno.test(
  "sample by key: a delivery that is replaced is done, one that is told is not",
  marbles((kit) => {
    const told = new Told<string>();
    const options = { periodMs: 5, scheduler: kit.scheduler, leftOut: done };
    const source = kit.hot("-aAa|").pipe(map((value) => told.delivery(value)));
    kit.emits(source.pipe(sampleByKey(({ value }) => letter(value), options), map(({ value }) => value)), "----(a|)");
    kit.flush();
    assertEquals(told.done, ["a", "A"]);
  }),
);

Deno.test("sample by key: each beat tells the latest of each key since the last beat", () => {
  const item = fc.record({ key: fc.integer({ min: 0, max: 3 }), gap: fc.integer({ min: 0, max: 9 }) });
  holds(fc.property(fc.array(item, { maxLength: 50 }), (items) => {
    const scheduler = new VirtualTimeScheduler();
    const script = timed(items);
    const told: string[] = [];
    arriving(script, scheduler).pipe(sampleByKey(({ key }) => key, { periodMs: 10, scheduler }))
      .subscribe(({ key, n }) => told.push(`${key}: ${n} at ${scheduler.now()}`));
    scheduler.flush();
    const end = script.at(-1)?.at ?? 0;
    const model = new Map<string, string>();
    for (const { key, n, at } of script) {
      // What comes at a beat is of the next one.
      const beat = (Math.floor(at / 10) + 1) * 10;
      model.set(`${key} ${beat}`, `${key}: ${n} at ${Math.min(beat, end)}`);
    }
    assertEquals(told.toSorted(), [...model.values()].toSorted());
  }));
});
