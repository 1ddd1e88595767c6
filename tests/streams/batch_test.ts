import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { from, map, of, type OperatorFunction, throwError, timer, VirtualTimeScheduler } from "rxjs";
import { batchBy, type Batching } from "../../streams/batch_by.ts";
import { batchWhileBusy } from "../../streams/batch_while_busy.ts";
import { holds } from "../holds.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";
import { testLife } from "./life.ts";
import { messageOfError } from "./message_of_error.ts";

const join = map((batch: readonly string[]) => batch.join(""));

function batched(
  { scheduler }: MarbleKit,
  options: Omit<Partial<Batching<string>>, "scheduler"> = {},
): OperatorFunction<string, string> {
  return (source) => source.pipe(batchBy({ count: 3, waitMs: 5, scheduler, ...options }), join);
}

/** A stage that takes so many frames for a batch, and answers with all of it. */
function written({ scheduler }: MarbleKit, frames = 4, waiting = 9): OperatorFunction<string, string> {
  const write = (batch: readonly string[]) => timer(frames, scheduler).pipe(map(() => batch.join("")));
  return batchWhileBusy(write, { count: 3, concurrency: 1, waiting });
}

testLife("batch by", batched);
testLife("batch while busy", (kit) => written(kit));

Deno.test(
  "batch by: one item of a quiet stream goes at once",
  marbles((kit) => {
    const source = kit.hot("-a------b-|");
    kit.emits(source.pipe(batched(kit)), "-a------b-|");
    kit.subscriptions(source, "^---------!");
  }),
);

Deno.test(
  "batch by: what comes soon after a batch is gathered until its time, or until it is full",
  marbles((kit) => {
    const values = { a: "a", x: "bc", y: "def", z: "g" };
    kit.emits(kit.hot("-ab-c---def-----g|").pipe(batched(kit)), "-a----x---y-----z|", { values });
  }),
);

Deno.test(
  "batch by: what is held when the source completes goes then",
  marbles((kit) => kit.emits(kit.hot("abc|").pipe(batched(kit)), "a--(x|)", { values: { a: "a", x: "bc" } })),
);

Deno.test(
  "batch by: bytes fill a batch, and an item over them is a batch of its own",
  marbles((kit) => {
    const bytes = { a: 1, b: 2, c: 2, d: 9, e: 1 };
    const options = { bytes: 3, sizeOf: (item: string) => bytes[item as "a"], count: 9 };
    const values = { a: "a", b: "b", c: "c", d: "d", e: "e" };
    kit.emits(kit.hot("abe-|").pipe(batched(kit, options)), "a-x-|", { values: { a: "a", x: "be" } });
    kit.emits(kit.hot("abc---d---e|").pipe(batched(kit, options)), "a-b---(cd)-(e|)", { values });
  }),
);

Deno.test(
  "batch by: an error comes at once, and what is held is dropped",
  marbles((kit) => kit.emits(kit.hot("ab-#").pipe(batched(kit)), "a--#")),
);

Deno.test("batch by: the batches are the items, none is too large, and none waits too long", () => {
  const item = fc.record({ gap: fc.integer({ min: 0, max: 9 }), bytes: fc.integer({ min: 1, max: 6 }) });
  holds(fc.property(fc.array(item, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (items, count) => {
    const scheduler = new VirtualTimeScheduler();
    const script = timed(items);
    const told: number[] = [];
    let last = -Infinity;
    const options = { count, bytes: 10, sizeOf: (one: typeof script[number]) => one.bytes, waitMs: 12, scheduler };
    arriving(script, scheduler).pipe(batchBy(options)).subscribe((batch) => {
      const now = scheduler.now();
      assert(batch.length >= 1 && batch.length <= count);
      assert(batch.length === 1 || batch.reduce((sum, { bytes }) => sum + bytes, 0) <= 10);
      for (const { at } of batch) {
        assert(now - at <= 12, `waited ${now - at}`);
        if (at >= last + 12) assertEquals(now, at, "an item of a quiet stream waited");
      }
      last = now;
      told.push(...batch.map(({ n }) => n));
    });
    scheduler.flush();
    assertEquals(told, script.map(({ n }) => n));
  }));
});

Deno.test(
  "batch while busy: an item goes at once while the stage is free, and what comes then goes together",
  marbles((kit) => {
    const values = { a: "a", x: "bc", d: "d" };
    const source = kit.hot("abc---------d|");
    kit.emits(source.pipe(written(kit)), "----a---x-------(d|)", { values });
    kit.subscriptions(source, "^------------!");
  }),
);

Deno.test(
  "batch while busy: no batch is larger than it may be, and all that waits is written before the end",
  marbles((kit) => {
    kit.emits(kit.hot("abcdef|").pipe(written(kit)), "----a---x---(y|)", { values: { a: "a", x: "bcd", y: "ef" } });
  }),
);

Deno.test(
  "batch while busy: more than may wait is an error, as is one of the stage",
  marbles((kit) => {
    const error =
      "Cannot hold one more item: 1 wait already; bound the source, give more room or another overflow policy";
    kit.emits(kit.hot("abc").pipe(written(kit, 9, 1), messageOfError), "--#", { error });
    const failing = batchWhileBusy(() => throwError(() => "full"), { count: 3, concurrency: 1, waiting: 9 });
    kit.emits(kit.hot<string>("-a").pipe(failing), "-#", { error: "full" });
  }),
);

Deno.test(
  "batch while busy: a batch under way is left when nobody listens any more",
  marbles((kit) => {
    const slow = kit.cold("------x|");
    const source = kit.hot<string>("-ab---");
    kit.emits(source.pipe(batchWhileBusy(() => slow, { count: 3, concurrency: 1, waiting: 9 })), "----", {
      until: "^---!",
    });
    kit.subscriptions(slow, "-^--!");
    kit.subscriptions(source, "^---!");
  }),
);

Deno.test(
  "batch while busy: many items behind a slow batch do not nest without end",
  marbles((kit) => {
    let told = 0;
    const items = Array.from({ length: 20_000 }, (_, at) => at);
    const write = (batch: readonly number[]) => batch[0] === 0 ? timer(1, kit.scheduler) : of(batch.length);
    from(items).pipe(batchWhileBusy(write, { count: 1, concurrency: 1, waiting: 20_000 })).subscribe(() => told++);
    kit.flush();
    assertEquals(told, items.length);
  }),
);

Deno.test("batch while busy: the batches are the items, and the stage is never idle while one waits", () => {
  const item = fc.record({ gap: fc.integer({ min: 0, max: 9 }) });
  holds(
    fc.property(
      fc.array(item, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      (items, count, concurrency) => {
        const scheduler = new VirtualTimeScheduler();
        const script = timed(items);
        const told: number[] = [];
        let running = 0;
        arriving(script, scheduler).pipe(
          batchWhileBusy((batch) => {
            running++;
            assert(running <= concurrency && batch.length >= 1 && batch.length <= count);
            const now = scheduler.now();
            if (running < concurrency) {
              assertEquals(batch.map(({ at }) => at), [now]);
            }
            told.push(...batch.map(({ n }) => n));
            return timer(7, scheduler).pipe(map(() => running--));
          }, { count, concurrency, waiting: 100 }),
        ).subscribe();
        scheduler.flush();
        assertEquals([told, running], [script.map(({ n }) => n), 0]);
      },
    ),
  );
});
