import { assertEquals } from "@std/assert";
import { EMPTY, mergeMap, type Observable, Subject, tap } from "rxjs";
import { takeTurns } from "../../streams/take_turns.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";

/** Works of one key, each asked for when its letter comes. */
function inTurn(kit: MarbleKit, asked: string, works: Readonly<Record<string, Observable<string>>>) {
  const turns = takeTurns<string>();
  return kit.hot(asked).pipe(mergeMap((letter) => turns("key", works[letter]!), Infinity));
}

Deno.test(
  "takeTurns: a work that never ends keeps those behind it from beginning",
  marbles((kit) => {
    const a = kit.cold("-");
    const b = kit.cold("x|");
    kit.emits(inTurn(kit, "ab", { a, b }), "-", { until: "^----!" });
    kit.subscriptions(a, "^----!");
    kit.subscriptions(b);
  }),
);

Deno.test(
  "takeTurns: an empty work is over at once",
  marbles((kit) => {
    kit.emits(inTurn(kit, "ab|", { a: kit.cold("|"), b: kit.cold("--x|") }), "---x|");
  }),
);

Deno.test(
  "takeTurns: each begins when the one before it has ended, in the order in which they were asked for",
  marbles((kit) => {
    const [a, b, c] = [kit.cold("---1|"), kit.cold("2-|"), kit.cold("--3|")];
    kit.emits(inTurn(kit, "(abc)|", { a, b, c }), "---12---3|");
    kit.subscriptions(a, "^---!");
    kit.subscriptions(b, "----^-!");
    kit.subscriptions(c, "------^--!");
  }),
);

Deno.test(
  "takeTurns: an error is that of its own work, and the next one begins",
  marbles((kit) => {
    const turns = takeTurns<string>();
    const [a, b] = [kit.cold("--#"), kit.cold("x|")];
    kit.emits(turns("key", a), "--#");
    kit.emits(turns("key", b), "--x|");
  }),
);

Deno.test(
  "takeTurns: one that nobody wants any more is left, or not begun",
  marbles((kit) => {
    const turns = takeTurns<string>();
    const [a, b] = [kit.cold("-----|"), kit.cold("x|")];
    kit.emits(turns("key", a), "-", { until: "^---!" });
    kit.emits(turns("key", b), "-", { until: "^-!" });
    kit.subscriptions(a, "^---!");
    kit.subscriptions(b);
  }),
);

Deno.test(
  "takeTurns: one that is left while others wait behind it is carried through",
  marbles((kit) => {
    const turns = takeTurns<string>();
    const a = kit.cold("-----|");
    kit.emits(turns("key", a), "-", { until: "^---!" });
    kit.emits(turns("key", kit.cold("x|")), "-----x|");
    kit.subscriptions(a, "^----!");
  }),
);

Deno.test(
  "takeTurns: whoever comes after one that was left in the wait, waits for the one before it",
  marbles((kit) => {
    const turns = takeTurns<string>();
    const [a, b] = [kit.cold("-----|"), kit.cold("x|")];
    kit.emits(turns("key", a), "-----|");
    kit.emits(turns("key", b), "-", { until: "^-!" });
    kit.emits(kit.cold("---c|").pipe(mergeMap(() => turns("key", kit.cold("y|")), 1)), "-----y|");
  }),
);

Deno.test(
  "takeTurns: keys do not wait for each other",
  marbles((kit) => {
    const turns = takeTurns<string>();
    kit.emits(turns("a", kit.cold("----1|")), "----1|");
    kit.emits(turns("b", kit.cold("2|")), "2|");
  }),
);

Deno.test("takeTurns: what a work emits is taken before the next one begins", () => {
  const turns = takeTurns<string>();
  const first = new Subject<number>();
  const seen: string[] = [];
  turns("key", first).subscribe((value) => seen.push(`took ${value}`));
  turns("key", new Subject().pipe(tap({ subscribe: () => seen.push("began") }))).subscribe();
  first.next(1);
  first.complete();
  assertEquals(seen, ["took 1", "began"]);
});

Deno.test("takeTurns: ten thousand that wait, and end as soon as they begin, do not nest", () => {
  const turns = takeTurns<string>();
  const first = new Subject<number>();
  let ended = 0;
  turns("key", first).subscribe();
  for (let at = 0; at < 10_000; at++) {
    turns("key", EMPTY).subscribe({ complete: () => ended++ });
  }
  assertEquals(ended, 0);
  first.complete();
  assertEquals(ended, 10_000);
});
