import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { from, map, NEVER, of, throwError, timer, VirtualTimeScheduler } from "rxjs";
import { mergeFair } from "../../streams/merge_fair.ts";
import type { Overflow } from "../../streams/overflow.ts";
import { runLimited } from "../../streams/run_limited.ts";
import { holds } from "../holds.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";
import { testLife } from "./life.ts";
import { messageOfError } from "./message_of_error.ts";

/** A stage that takes so many frames for an item. */
function stage({ scheduler }: MarbleKit, frames: number) {
  return (item: string) => timer(frames, scheduler).pipe(map(() => item));
}

function overflowOf(waiting: number): string {
  return `Cannot hold one more item: ${waiting} wait already; bound the source, give more room or another overflow policy`;
}

testLife("merge fair", (kit) => (source) => mergeFair([source], stage(kit, 1), { concurrency: 2, waiting: 9 }));
testLife("run limited", (kit) => runLimited(stage(kit, 1), { concurrency: 1, waiting: 9 }));

Deno.test(
  "merge fair: without sources it completes",
  marbles((kit) => kit.emits(mergeFair([], stage(kit, 1), { concurrency: 1, waiting: 1 }), "|")),
);

Deno.test(
  "merge fair: a free stage takes items as they come, and all sources must complete",
  marbles((kit) => {
    const [a, b] = [kit.hot("-a---|"), kit.hot("---b---|")];
    kit.emits(mergeFair([a, b], stage(kit, 1), { concurrency: 1, waiting: 0 }), "--a-b--|");
    kit.subscriptions(a, "^----!");
    kit.subscriptions(b, "^------!");
  }),
);

Deno.test(
  "merge fair: a busy stage takes what waits in turn, a source each",
  marbles((kit) => {
    const [busy, quiet] = [kit.hot("(abcd)|"), kit.hot("-x----y|")];
    kit.emits(
      mergeFair([busy, quiet], stage(kit, 2), { concurrency: 1, waiting: 9 }),
      "--a-x-b-y-c-(d|)",
    );
  }),
);

Deno.test(
  "merge fair: more than may wait is an error, and ends what is under way",
  marbles((kit) => {
    const slow = kit.cold("-------a|");
    const merged = mergeFair([kit.hot<string>("ab-c"), NEVER], () => slow, { concurrency: 1, waiting: 1 });
    const error = overflowOf(1);
    kit.emits(messageOfError(merged), "---#", { error });
    kit.subscriptions(slow, "^--!");
  }),
);

Deno.test(
  "merge fair: an error of a source or of the stage is the output's",
  marbles((kit) => {
    const quiet = kit.hot("-----");
    kit.emits(mergeFair([kit.hot<string>("a-#"), quiet], stage(kit, 1), { concurrency: 1, waiting: 1 }), "-a#");
    kit.subscriptions(quiet, "^-!");
    kit.emits(mergeFair([kit.hot("-a")], () => throwError(() => "error"), { concurrency: 1, waiting: 1 }), "-#");
  }),
);

Deno.test(
  "merge fair: what is under way is left when nobody listens any more",
  marbles((kit) => {
    const slow = kit.cold("-------a|");
    kit.emits(mergeFair([kit.hot("-a-b-")], () => slow, { concurrency: 1, waiting: 1 }), "----", { until: "^---!" });
    kit.subscriptions(slow, "-^--!");
  }),
);

const kept: Readonly<Record<Overflow, { readonly picture: string; readonly left: readonly string[] }>> = {
  drop_oldest: { picture: "----a---d---(e|)", left: ["b", "c"] },
  drop_newest: { picture: "----a---b---(c|)", left: ["d", "e"] },
  error: { picture: "---#", left: [] },
};

for (const [overflow, { picture, left }] of Object.entries(kept) as [Overflow, typeof kept[Overflow]][]) {
  Deno.test(
    `run limited: what finds no room: ${overflow}`,
    marbles((kit) => {
      const told: string[] = [];
      const options = { concurrency: 1, waiting: 2, overflow, leftOut: (item: string) => void told.push(item) };
      const error = overflowOf(2);
      const source = kit.hot("abcd(e|)");
      kit.emits(source.pipe(runLimited(stage(kit, 4), options), messageOfError), picture, {
        error,
      });
      kit.flush();
      assertEquals(told, left);
    }),
  );
}

Deno.test(
  "run limited: no room at all leaves out what comes while the stage is busy",
  marbles((kit) => {
    const options = { concurrency: 1, waiting: 0, overflow: "drop_oldest" as const };
    kit.emits(kit.hot("ab-c-|").pipe(runLimited(stage(kit, 2), options)), "--a--(c|)");
  }),
);

Deno.test(
  "run limited: many that end as they start, behind a slow one, do not nest without end",
  marbles((kit) => {
    let ended = 0;
    const items = Array.from({ length: 20_000 }, (_, at) => at);
    from(items)
      .pipe(runLimited((at) => at === 0 ? timer(1, kit.scheduler) : of(at), { concurrency: 1, waiting: 20_000 }))
      .subscribe(() => ended++);
    kit.flush();
    assertEquals(ended, items.length);
  }),
);

Deno.test("merge fair: every source is served in its order, and none waits for more than its turn", () => {
  const gaps = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 12 }) }), { maxLength: 20 });
  holds(
    fc.property(
      fc.array(gaps, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (lines, concurrency) => {
        const scheduler = new VirtualTimeScheduler();
        /** `4` where the fourth item of a line comes, and where it starts. */
        const came = lines.map((): number[] => []);
        const starts: { readonly line: number; readonly n: number; readonly order: number }[] = [];
        let order = 0;
        const sources = lines.map((items, line) =>
          arriving(timed(items), scheduler).pipe(map(({ n }) => {
            came[line]!.push(order++);
            return { line, n };
          }))
        );
        let ended = 0;
        mergeFair(sources, ({ line, n }) => {
          starts.push({ line, n, order: order++ });
          return timer(5, scheduler);
        }, { concurrency, waiting: 100 }).subscribe(() => ended++);
        scheduler.flush();
        assertEquals(ended, lines.flat().length);
        for (const [line, orders] of came.entries()) {
          const mine = starts.filter((start) => start.line === line);
          assertEquals(mine.map(({ n }) => n), [...orders.keys()]);
          for (const { n, order } of mine) {
            const between = starts.filter((start) => start.order > orders[n]! && start.order < order);
            const ahead = between.filter((start) => start.line === line).length;
            for (const other of came.keys()) {
              if (other === line) continue;
              const served = between.filter((start) => start.line === other).length;
              assert(
                served <= ahead + 1,
                `${served} of line ${other} before item ${n} of line ${line}, with ${ahead} ahead`,
              );
            }
          }
        }
      },
    ),
  );
});
