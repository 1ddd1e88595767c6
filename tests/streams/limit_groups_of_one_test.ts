import { assertEquals } from "@std/assert";
import { from, map, type Observable, of, pipe, type SchedulerLike, throwError, timer } from "rxjs";
import { limitGroupsInFlight } from "../../streams/limit_groups_in_flight.ts";
import { marbles } from "../../testing/marbles.ts";

const limit = { high: 3, low: 1, waiting: Infinity, pause: "P", resume: "R" };

/** Each item is a group of its own, which begins at once: what is left is the limit of items. */
function limitInFlight<In>(project: (item: In) => Observable<string>, options: typeof limit) {
  return pipe(map((item: In) => of(item)), limitGroupsInFlight(project, options));
}

/** Answers an item with its own letter, so many frames later; some letters take longer. */
function answerAfter(frames: number, scheduler: SchedulerLike, slower: Readonly<Record<string, number>> = {}) {
  return (item: string) => timer(slower[item] ?? frames, scheduler).pipe(map(() => item));
}

Deno.test(
  "limit items in flight: never stays never, and is left when nobody listens",
  marbles((kit) => {
    const source = kit.hot<string>("-");
    kit.emits(source.pipe(limitInFlight(answerAfter(1, kit.scheduler), limit)), "-", { until: "^--!" });
    kit.subscriptions(source, "^--!");
  }),
);

Deno.test(
  "limit items in flight: an empty source completes",
  marbles((kit) => {
    const source = kit.cold<string>("--|");
    kit.emits(source.pipe(limitInFlight(answerAfter(1, kit.scheduler), limit)), "--|");
    kit.subscriptions(source, "^-!");
  }),
);

Deno.test(
  "limit items in flight: it completes when the last item is answered",
  marbles((kit) => {
    const source = kit.hot("-a|");
    kit.emits(source.pipe(limitInFlight(answerAfter(4, kit.scheduler), limit)), "-----(a|)");
    kit.subscriptions(source, "^-!");
  }),
);

Deno.test(
  "limit items in flight: under the limit nothing is paused, and answers come as they are ready",
  marbles((kit) => {
    const answers = { a: kit.cold("----a|"), b: kit.cold("-b|") };
    const source = kit.hot("-ab-----|");
    const answer = (item: string) => answers[item as "a" | "b"];
    kit.emits(source.pipe(limitInFlight(answer, limit)), "---b-a--|");
  }),
);

Deno.test(
  "limit items in flight: it pauses at the high mark and resumes at the low one, in turn",
  marbles((kit) => {
    // In each group of three the third pauses, and the second answer, which leaves one under way, resumes.
    const source = kit.hot("-abc---------def---------|");
    const answer = answerAfter(4, kit.scheduler, { c: 8, f: 8 });
    kit.emits(source.pipe(limitInFlight(answer, limit)), "---P-a(bR)-c---P-d(eR)-f-|");
  }),
);

Deno.test(
  "limit items in flight: items over the limit wait, and start in their order",
  marbles((kit) => {
    const started: string[] = [];
    const source = kit.hot("(abcde)|");
    const answer = (item: string) => {
      started.push(`${item}${kit.scheduler.now()}`);
      return timer(item === "c" ? 1 : 3, kit.scheduler).pipe(map(() => item));
    };
    source.pipe(limitInFlight(answer, limit)).subscribe();
    kit.flush();
    assertEquals(started, ["a0", "b0", "c0", "d1", "e3"]);
  }),
);

Deno.test(
  "limit items in flight: answers that come at once never pause",
  marbles((kit) => {
    const source = kit.cold("(abcdef|)");
    kit.emits(source.pipe(limitInFlight((item) => of(item), limit)), "(abcdef|)");
  }),
);

Deno.test(
  "limit items in flight: many answers that come at once after a wait do not nest without end",
  marbles((kit) => {
    let answered = 0;
    const items = Array.from({ length: 20_000 }, (_, at) => at);
    const answer = (at: number) => at < 3 ? timer(1, kit.scheduler).pipe(map(() => "late")) : of("now");
    from(items).pipe(limitInFlight(answer, limit)).subscribe((told) => {
      if (told === "late" || told === "now") answered++;
    });
    kit.flush();
    assertEquals(answered, items.length);
  }),
);

Deno.test(
  "limit items in flight: an error of the source is the output's",
  marbles((kit) => {
    const source = kit.hot("-a-#");
    kit.emits(source.pipe(limitInFlight(answerAfter(1, kit.scheduler), limit)), "--a#");
  }),
);

Deno.test(
  "limit items in flight: an error of an answer is the output's, and ends what is under way",
  marbles((kit) => {
    const source = kit.hot("-ab---");
    const slow = kit.cold("------a|");
    const answer = (item: string) => item === "a" ? slow : throwError(() => "error");
    kit.emits(source.pipe(limitInFlight(answer, limit)), "--#");
    kit.subscriptions(source, "^-!");
    kit.subscriptions(slow, "-^!");
  }),
);

Deno.test(
  "limit items in flight: what is under way is left when nobody listens any more",
  marbles((kit) => {
    const source = kit.hot("-a----");
    const slow = kit.cold("------a|");
    kit.emits(source.pipe(limitInFlight(() => slow, limit)), "----", { until: "^---!" });
    kit.subscriptions(source, "^---!");
    kit.subscriptions(slow, "-^--!");
  }),
);

Deno.test(
  "limit items in flight: each subscription counts for itself",
  marbles((kit) => {
    const counted = kit.cold("abc|").pipe(limitInFlight(answerAfter(9, kit.scheduler, { c: 12 }), limit));
    kit.emits(counted, "--P------a(bR)(c|)");
    kit.emits(counted, "--P------a(bR)(c|)");
  }),
);
