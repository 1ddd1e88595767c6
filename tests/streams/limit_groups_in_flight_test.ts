import { assertEquals } from "@std/assert";
import { from, map, type Observable, of, timer } from "rxjs";
import { limitGroupsInFlight } from "../../streams/limit_groups_in_flight.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";

const limit = { high: 3, low: 1, waiting: 2, pause: "P", resume: "R" };

/** Runs the groups that the letters of a source stand for; each item answers with its own letter, `frames` later. */
function limited(kit: MarbleKit, groups: Readonly<Record<string, Observable<string>>>, frames = 0) {
  return (source: Observable<string>) =>
    source.pipe(
      map((name) => groups[name]!),
      limitGroupsInFlight(
        (item) => frames === 0 ? of(item) : timer(frames, kit.scheduler).pipe(map(() => item)),
        limit,
      ),
    );
}

Deno.test(
  "limit groups in flight: never stays never, and is left when nobody listens",
  marbles((kit) => {
    const source = kit.hot<string>("-");
    kit.emits(source.pipe(limited(kit, {})), "-", { until: "^--!" });
    kit.subscriptions(source, "^--!");
  }),
);

Deno.test(
  "limit groups in flight: an empty source, and empty groups, complete",
  marbles((kit) => {
    kit.emits(kit.cold<string>("--|").pipe(limited(kit, {})), "--|");
    kit.emits(kit.cold("-ee--|").pipe(limited(kit, { e: kit.cold("|") })), "-----|");
  }),
);

Deno.test(
  "limit groups in flight: a group begins when the one before it has completed, while that one's items are under way",
  marbles((kit) => {
    const [a, b] = [kit.cold("a--|"), kit.cold("b|")];
    kit.emits(kit.hot("-xy|").pipe(limited(kit, { x: a, y: b }, 5)), "------a--(b|)");
    kit.subscriptions(a, "-^--!");
    kit.subscriptions(b, "----^!");
  }),
);

Deno.test(
  "limit groups in flight: it pauses when groups wait for a long one, and resumes when none does",
  marbles((kit) => {
    const groups = { x: kit.cold("a------|"), y: of("b"), z: of("c") };
    kit.emits(kit.hot("-xyzy|").pipe(limited(kit, groups)), "-a-P----(bcbR|)");
  }),
);

Deno.test(
  "limit groups in flight: while items are over the limit it stays paused, also when no group waits any more",
  marbles((kit) => {
    const groups = { x: kit.cold("----|"), y: of("a"), z: of("b", "c") };
    kit.emits(kit.hot("-xyz|").pipe(limited(kit, groups, 4)), "---P-----(abRc|)");
  }),
);

Deno.test(
  "limit groups in flight: an error of the source or of a group is the output's, and ends the others",
  marbles((kit) => {
    const slow = kit.cold("------a|");
    kit.emits(kit.hot("-x-#").pipe(limited(kit, { x: slow })), "---#");
    kit.subscriptions(slow, "-^-!");
    kit.emits(kit.hot("-x---").pipe(limited(kit, { x: kit.cold("--#") })), "---#");
  }),
);

Deno.test(
  "limit groups in flight: what is under way is left when nobody listens any more",
  marbles((kit) => {
    const source = kit.hot("-x----");
    const group = kit.cold("a-----|");
    kit.emits(source.pipe(limited(kit, { x: group }, 5)), "----", { until: "^---!" });
    kit.subscriptions(source, "^---!");
    kit.subscriptions(group, "-^--!");
  }),
);

Deno.test(
  "limit groups in flight: many groups that end as they begin, behind a long one, do not nest without end",
  marbles((kit) => {
    let answered = 0;
    const groups = from(Array.from({ length: 20_000 }, (_, at) => at === 0 ? timer(1, kit.scheduler) : of(at)));
    groups.pipe(limitGroupsInFlight((item) => of(`${item}`), limit)).subscribe((told) => {
      if (told !== "P" && told !== "R") answered++;
    });
    kit.flush();
    assertEquals(answered, 20_000);
  }),
);
