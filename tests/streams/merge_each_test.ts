import { assertEquals } from "@std/assert";
import { NEVER, type Observable, Subject } from "rxjs";
import { mergeEach } from "../../streams/merge_each.ts";
import { marbles } from "../../testing/marbles.ts";

Deno.test(
  "merge each: never stays never, and is left when nobody listens",
  marbles((kit) => {
    const source = kit.hot<string>("-");
    kit.emits(source.pipe(mergeEach(() => NEVER)), "-", { until: "^--!" });
    kit.subscriptions(source, "^--!");
  }),
);

Deno.test(
  "merge each: none, one and many are listened to at once, and it completes when all have",
  marbles((kit) => {
    kit.emits(kit.cold<string>("--|").pipe(mergeEach(() => NEVER)), "--|");
    kit.emits(kit.cold("a|").pipe(mergeEach(() => kit.cold("x--y-|"))), "x--y-|");
    kit.emits(kit.cold("abc---------|").pipe(mergeEach((value) => kit.cold("---v|", { v: value }))), "---abc------|");
    kit.emits(kit.cold("(a|)").pipe(mergeEach(() => ["x", "y"])), "(xy|)");
  }),
);

Deno.test(
  "merge each: an error of the source, of one and of what makes one is the output's, and all others are left",
  marbles((kit) => {
    const inner = kit.cold<string>("------x");
    kit.emits(kit.cold("a--#").pipe(mergeEach(() => inner)), "---#");
    kit.subscriptions(inner, "^--!");
    const source = kit.hot("ab---");
    kit.emits(source.pipe(mergeEach((value): Observable<string> => value === "a" ? NEVER : kit.cold("--#"))), "---#");
    kit.subscriptions(source, "^--!");
    const broken = kit.hot("-a---").pipe(mergeEach((): string[] => {
      throw "error";
    }));
    kit.emits(broken, "-#");
  }),
);

Deno.test(
  "merge each: what each became is left when nobody listens any more",
  marbles((kit) => {
    const inner = kit.cold<string>("-x----");
    kit.emits(kit.cold("a-----").pipe(mergeEach(() => inner)), "-x-", { until: "^--!" });
    kit.subscriptions(inner, "^--!");
  }),
);

Deno.test("merge each: one that has ended is forgotten, and the others go on", () => {
  const [source, said] = [new Subject<Subject<string>>(), [] as string[]];
  const subscription = source.pipe(mergeEach((value) => value)).subscribe({
    next: (value) => said.push(value),
    complete: () => said.push("|"),
  });
  const [a, b] = [new Subject<string>(), new Subject<string>()];
  source.next(a);
  source.next(b);
  a.complete();
  b.next("b");
  assertEquals([a.observed, b.observed, said], [false, true, ["b"]]);
  source.complete();
  b.complete();
  assertEquals([said, subscription.closed], [["b", "|"], true]);
});
