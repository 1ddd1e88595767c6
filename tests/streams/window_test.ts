import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { map, type OperatorFunction, pipe, VirtualTimeScheduler } from "rxjs";
import { gatherValues } from "../../streams/delivery.ts";
import { windowByCount } from "../../streams/window_by_count.ts";
import { type KeyedWindow, type TimeWindows, windowByTime } from "../../streams/window_by_time.ts";
import { holds } from "../holds.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";
import { testLife } from "./life.ts";
import { messageOfError } from "./message_of_error.ts";
import { Told } from "./told.ts";

const letter = (item: string) => item.toLowerCase();
const text = map(({ items }: KeyedWindow<string, string>) => items.join(""));

function byTime(
  { scheduler }: MarbleKit,
  options: Omit<TimeWindows<string>, "scheduler" | "sizeMs"> & { readonly sizeMs?: number } = {},
): OperatorFunction<string, string> {
  return pipe(windowByTime(letter, { sizeMs: 5, scheduler, ...options }), text);
}

function byCount(size: number, every?: number, maxKeys?: number): OperatorFunction<string, string> {
  const options = { size, ...(every === undefined ? {} : { every }), ...(maxKeys === undefined ? {} : { maxKeys }) };
  return pipe(windowByCount(letter, options), text);
}

testLife("window by time", (kit) => byTime(kit));
testLife("window by count", () => byCount(2));

Deno.test(
  "window by time: one for each key that had items, at the end of the time; none where there were none",
  marbles((kit) => {
    const source = kit.hot("-abA------a------|");
    kit.emits(source.pipe(byTime(kit)), "-----(xy)------a-|", { values: { x: "aA", y: "b", a: "a" } });
    kit.subscriptions(source, "^----------------!");
  }),
);

Deno.test(
  "window by time: an item at the end of a window is of the next one, and the end of the source ends it early",
  marbles((kit) => {
    kit.emits(kit.hot("----aA--|").pipe(byTime(kit)), "-----x--(y|)", { values: { x: "a", y: "A" } });
  }),
);

Deno.test(
  "window by time: each tells its time",
  marbles((kit) => {
    const windows = kit.hot("-a-----A---|").pipe(windowByTime(letter, { sizeMs: 5, scheduler: kit.scheduler }));
    kit.emits(windows, "-----x----y|", {
      values: {
        x: { key: "a", items: ["a"], fromMs: 0, toMs: 5 },
        y: { key: "a", items: ["A"], fromMs: 5, toMs: 10 },
      },
    });
  }),
);

Deno.test(
  "window by time: windows that overlap hold an item as long as it is young enough",
  marbles((kit) => {
    const sliding = byTime(kit, { sizeMs: 10, everyMs: 5 });
    kit.emits(kit.hot("-a-----A---------------|").pipe(sliding), "-----x----y----z-------|", {
      values: { x: "a", y: "aA", z: "A" },
    });
  }),
);

Deno.test(
  "window by time: an error comes at once, and open windows are dropped",
  marbles((kit) => kit.emits(kit.hot("-a-#").pipe(byTime(kit)), "---#")),
);

Deno.test(
  "window by time: what finds no room",
  marbles((kit) => {
    const error =
      "Cannot hold one more item: 2 wait already; bound the source, give more room or another overflow policy";
    kit.emits(kit.hot("abA").pipe(byTime(kit, { maxItems: 2 }), messageOfError), "--#", { error });
    const oldest = byTime(kit, { maxItems: 2, overflow: "drop_oldest" });
    kit.emits(kit.hot("abA---------|").pipe(oldest), "-----(bA)---|");
  }),
);

Deno.test("window: windows with items between them are refused", () => {
  const scheduler = new VirtualTimeScheduler();
  for (const everyMs of [0, 6, -1, NaN]) {
    assertThrows(
      () => windowByTime(letter, { sizeMs: 5, everyMs, scheduler }),
      RangeError,
      "Cannot end windows of 5 ms",
    );
    assertThrows(() => windowByCount(letter, { size: 5, every: everyMs }), RangeError, "Cannot end windows of 5 items");
  }
});

Deno.test(
  "window by count: a key's items, so many each, and those that are left at the end",
  marbles((kit) => {
    const values = { x: "aA", y: "a", z: "b" };
    const source = kit.hot("-abAa|");
    kit.emits(source.pipe(byCount(2)), "---x-(zy|)", { values });
    kit.subscriptions(source, "^----!");
  }),
);

Deno.test(
  "window by count: windows that overlap begin when there are enough items",
  marbles((kit) => {
    kit.emits(kit.hot("aAaAa|").pipe(byCount(3, 1)), "--xyx|", { values: { x: "aAa", y: "AaA" } });
    kit.emits(kit.hot("aAaAa|").pipe(byCount(3, 2)), "--x-y|", { values: { x: "aAa", y: "aAa" } });
    kit.emits(kit.hot("aAaA|").pipe(byCount(3, 2)), "--x-(y|)", { values: { x: "aAa", y: "aA" } });
  }),
);

Deno.test(
  "window by count: over the bound of keys the one without items for longest comes short",
  marbles((kit) =>
    kit.emits(kit.hot("abAc|").pipe(byCount(3, 3, 2)), "---b(xc|)", { values: { b: "b", x: "aA", c: "c" } })
  ),
);

Deno.test(
  "window by count: an error comes at once",
  marbles((kit) => kit.emits(kit.hot("-a-#").pipe(byCount(2)), "---#")),
);

Deno.test("window: gathered deliveries are done with their window", () => {
  const told = new Told<string>();
  const scheduler = new VirtualTimeScheduler();
  const gathered = map(({ items }: KeyedWindow<string, { readonly value: string; done(): void }>) =>
    gatherValues(items)
  );
  const items = timed(["a", "b", "A"].map((value) => ({ value, gap: 1 })));
  arriving(items, scheduler).pipe(
    map(({ value }) => told.delivery(value)),
    windowByTime(({ value }) => letter(value), { sizeMs: 5, scheduler }),
    gathered,
  ).subscribe((window) => {
    assertEquals(told.done, window.value[0] === "a" ? [] : ["a", "A"]);
    window.done();
  });
  scheduler.flush();
  assertEquals(told.done, ["a", "A", "b"]);
});

const scripts = fc.array(
  fc.record({ key: fc.integer({ min: 0, max: 3 }), gap: fc.integer({ min: 0, max: 12 }) }),
  { maxLength: 40 },
);

Deno.test("window by time: every window has all items of its key and time, and no window is left out", () => {
  holds(fc.property(scripts, fc.integer({ min: 1, max: 4 }), (items, overlap) => {
    const scheduler = new VirtualTimeScheduler();
    const [everyMs, sizeMs] = [5, 5 * overlap];
    const script = timed(items);
    const told: unknown[] = [];
    // The last item is far away: all windows before it have ended by themselves.
    const all = [...script, { key: 9, gap: 0, at: (script.at(-1)?.at ?? 0) + 1_000, n: script.length }];
    arriving(all, scheduler).pipe(windowByTime(({ key }) => key, { sizeMs, everyMs, scheduler }))
      .subscribe(({ key, items, fromMs, toMs }) => {
        if (key !== 9) told.push({ key, items: items.map(({ n }) => n), fromMs, toMs });
      });
    scheduler.flush();
    const model: unknown[] = [];
    for (let toMs = everyMs; toMs <= (script.at(-1)?.at ?? 0) + sizeMs + everyMs; toMs += everyMs) {
      const within = script.filter(({ at }) => at >= toMs - sizeMs && at < toMs);
      for (const key of new Set(within.map((one) => one.key))) {
        const mine = within.filter((one) => one.key === key).map(({ n }) => n);
        model.push({ key, items: mine, fromMs: toMs - sizeMs, toMs });
      }
    }
    assertEquals(told, model);
  }));
});

Deno.test("window by count: windows that do not overlap hold each item once, in order", () => {
  holds(fc.property(scripts, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), (items, size, maxKeys) => {
    const scheduler = new VirtualTimeScheduler();
    const script = timed(items);
    const told: { key: number; items: readonly { n: number }[] }[] = [];
    arriving(script, scheduler).pipe(windowByCount(({ key }) => key, { size, maxKeys })).subscribe((it) =>
      told.push(it)
    );
    scheduler.flush();
    for (const key of new Set(script.map((one) => one.key))) {
      const mine = told.filter((window) => window.key === key).flatMap((window) => window.items.map(({ n }) => n));
      assertEquals(mine, script.filter((one) => one.key === key).map(({ n }) => n));
    }
    assertEquals(told.every((window) => window.items.length >= 1 && window.items.length <= size), true);
  }));
});
