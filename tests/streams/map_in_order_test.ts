import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { concat, finalize, from, map, of, throwError, timer, VirtualTimeScheduler } from "rxjs";
import { mapInOrder } from "../../streams/map_in_order.ts";
import { holds } from "../holds.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";
import { testLife } from "./life.ts";

/** Answers an item with itself, so many frames later. */
function after({ scheduler }: MarbleKit, frames: Readonly<Record<string, number>>) {
  return (item: string) => timer(frames[item] ?? 1, scheduler).pipe(map(() => item));
}

testLife("map in order", (kit) => mapInOrder(after(kit, {}), { concurrency: 2 }));

Deno.test(
  "map in order: one item, and the output ends with it",
  marbles((kit) => {
    const source = kit.hot("-a|");
    kit.emits(source.pipe(mapInOrder(after(kit, { a: 4 }), { concurrency: 2 })), "-----(a|)");
    kit.subscriptions(source, "^-!");
  }),
);

Deno.test(
  "map in order: a quick one waits for the slow one before it",
  marbles((kit) => {
    kit.emits(
      kit.hot("abc-------|").pipe(mapInOrder(after(kit, { a: 5 }), { concurrency: 3 })),
      "-----(abc)|",
    );
  }),
);

Deno.test(
  "map in order: no more are started than the first and those that may be ahead of it",
  marbles((kit) => {
    const [a, b, c] = [kit.cold("----a|"), kit.cold("b|"), kit.cold("c|")];
    const answers = { a, b, c };
    const source = kit.hot("abc--------|");
    kit.emits(
      source.pipe(mapInOrder((item) => answers[item as "a"], { concurrency: 2 })),
      "----a(bc)--|".replace("(bc)--", "(bc)--").slice(0, 12),
    );
    kit.subscriptions(b, "-^!");
    kit.subscriptions(c, "-----^!");
  }),
);

Deno.test(
  "map in order: the one whose turn it is tells its outputs as they come, the others hold theirs",
  marbles((kit) => {
    const answers = { a: kit.cold("-x-y-|"), b: kit.cold("-z---w|"), c: kit.cold("|") };
    kit.emits(
      kit.hot("abc|").pipe(mapInOrder((item) => answers[item as "a"], { concurrency: 3 })),
      "-x-y-zw|",
    );
  }),
);

Deno.test(
  "map in order: an error of a projection is the output's at once, and ends what is under way",
  marbles((kit) => {
    const slow = kit.cold("------a|");
    const source = kit.hot("ab---");
    kit.emits(
      source.pipe(mapInOrder((item) => item === "a" ? slow : throwError(() => "error"), { concurrency: 2 })),
      "-#",
    );
    kit.subscriptions(slow, "^!");
    kit.subscriptions(source, "^!");
    const refuse = () => {
      throw "error";
    };
    kit.emits(kit.hot("-a").pipe(mapInOrder(refuse, { concurrency: 2 })), "-#");
  }),
);

Deno.test(
  "map in order: what is under way is left when nobody listens any more",
  marbles((kit) => {
    const slow = kit.cold("------a|");
    kit.emits(kit.hot("-a---").pipe(mapInOrder(() => slow, { concurrency: 2 })), "----", { until: "^---!" });
    kit.subscriptions(slow, "-^--!");
  }),
);

Deno.test(
  "map in order: many that end as they start, behind a slow one, do not nest without end",
  marbles((kit) => {
    const told: number[] = [];
    const items = Array.from({ length: 20_000 }, (_, at) => at);
    from(items)
      .pipe(mapInOrder((at) => at === 0 ? timer(1, kit.scheduler).pipe(map(() => 0)) : of(at), { concurrency: 2 }))
      .subscribe((at) => told.push(at));
    kit.flush();
    assertEquals(told, items);
  }),
);

Deno.test("map in order: outputs are in the order of the items, whatever they take, and no more run than may", () => {
  const item = fc.record({
    gap: fc.integer({ min: 0, max: 5 }),
    takes: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 }),
  });
  holds(fc.property(fc.array(item, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (items, concurrency) => {
    const scheduler = new VirtualTimeScheduler();
    const script = timed(items);
    const told: string[] = [];
    let running = 0;
    let most = 0;
    arriving(script, scheduler).pipe(
      mapInOrder(({ n, takes }) => {
        most = Math.max(most, ++running);
        const outputs = takes.map((ms, nth) => timer(ms, scheduler).pipe(map(() => `${n}.${nth}`)));
        return concat(...outputs).pipe(finalize(() => running--));
      }, { concurrency }),
    ).subscribe((one) => told.push(one));
    scheduler.flush();
    assertEquals(told, script.flatMap(({ n, takes }) => takes.map((_, nth) => `${n}.${nth}`)));
    assert(most <= concurrency);
  }));
});
