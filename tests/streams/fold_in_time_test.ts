import { assertEquals } from "@std/assert";
import { timer, VirtualTimeScheduler } from "rxjs";
import { conflateByKey } from "../../streams/conflate_by_key.ts";
import { foldInTime } from "../../streams/fold_in_time.ts";
import { SteadyTime } from "../../streams/steady_time.ts";
import { windowByTime } from "../../streams/window_by_time.ts";
import { marbles } from "../../testing/marbles.ts";
import { arriving, timed } from "./arrivals.ts";

type Schedule = VirtualTimeScheduler["schedule"];

/** Virtual time whose clock can be set, and which counts the timers that it was given. */
function watched(): VirtualTimeScheduler & { shiftMs: number; timers: number } {
  const scheduler = Object.assign(new VirtualTimeScheduler(), { shiftMs: 0, timers: 0 });
  const schedule: Schedule = scheduler.schedule.bind(scheduler);
  scheduler.now = () => scheduler.frame + scheduler.shiftMs;
  scheduler.schedule = ((...given: Parameters<Schedule>) => {
    scheduler.timers++;
    return schedule(...given);
  }) as Schedule;
  return scheduler;
}

Deno.test("fold in time: one timer serves all keys, and none is set while nothing is due", () => {
  const scheduler = watched();
  const items = timed(Array.from({ length: 1_000 }, (_, n) => ({ gap: n === 500 ? 1_000 : 0, key: n % 500 })));
  let told = 0;
  arriving(items, scheduler).pipe(conflateByKey(({ key }) => key, { periodMs: 10, scheduler })).subscribe(() => told++);
  scheduler.flush();
  // Beside one for each arrival: one at the beginning, one after the pause; the source completes with its last items.
  assertEquals([told, scheduler.timers - items.length], [1_000, 2]);
});

Deno.test("fold in time: a clock that is set back or forth makes no period longer", () => {
  const scheduler = watched();
  scheduler.shiftMs = 1_000_000;
  const told: string[] = [];
  const items = timed([["a1", 0], ["a2", 4], ["a3", 16]].map(([name, gap]) => ({ name: `${name}`, gap: Number(gap) })));
  timer(2, scheduler).subscribe(() => scheduler.shiftMs -= 900_000);
  timer(15, scheduler).subscribe(() => scheduler.shiftMs += 5_000_000);
  arriving(items, scheduler).pipe(conflateByKey(({ name }) => name[0], { periodMs: 10, scheduler }))
    .subscribe(({ name }) => told.push(`${name} at ${scheduler.frame}`));
  scheduler.flush();
  // The clock that was set forth begins no period early: the item that came later is told at the end of the period.
  assertEquals(told, ["a1 at 0", "a2 at 10", "a3 at 20"]);
});

Deno.test("steady time: it goes on with the clock, and stands still where the clock goes back", () => {
  const clock = [10, 10, 12, 5, 6, 20];
  const time = new SteadyTime({ now: () => clock.shift()!, schedule: () => null as never });
  assertEquals(Array.from({ length: 5 }, () => time.now()), [10, 12, 12, 13, 27]);
});

Deno.test("fold in time: windows of a clock that was set back go on", () => {
  const scheduler = watched();
  scheduler.shiftMs = 1_000_000;
  timer(3, scheduler).subscribe(() => scheduler.shiftMs -= 500_000);
  const told: number[] = [];
  arriving(timed([{ gap: 1 }, { gap: 1 }, { gap: 100 }]), scheduler)
    .pipe(windowByTime(() => "all", { sizeMs: 10, scheduler })).subscribe(({ items }) => told.push(items.length));
  scheduler.flush();
  assertEquals(told, [2, 1]);
});

Deno.test(
  "fold in time: what a fold throws is the output's error, whether in an item, at a time or at the end",
  marbles((kit) => {
    const fold = (failing: "next" | "wake" | "end") =>
      foldInTime<string, string>((now) => {
        const fail = (at: string, otherwise: string[] = []) => {
          if (at === failing) throw `${at} fails`;
          return otherwise;
        };
        let due: number | undefined = now + 3;
        return {
          next: (item) => fail("next", [item]),
          due: () => due,
          wake: (now) => {
            if (due === undefined || now < due) return [];
            due = undefined;
            return fail("wake");
          },
          end: () => {
            due = undefined;
            return fail("end");
          },
        };
      }, kit.scheduler);
    kit.emits(kit.hot("-a---|").pipe(fold("next")), "-#", { error: "next fails" });
    kit.emits(kit.hot("-a---|").pipe(fold("wake")), "-a-#", { error: "wake fails" });
    kit.emits(kit.hot("-a---|").pipe(fold("end")), "-a---#", { error: "end fails" });
    kit.emits(
      kit.hot("-a---|").pipe(conflateByKey(fails, { periodMs: 1, scheduler: kit.scheduler })),
      "-#",
      { error: "no key" },
    );
  }),
);

function fails(): never {
  throw "no key";
}
