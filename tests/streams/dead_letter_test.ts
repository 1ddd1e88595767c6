import { concat, map, NEVER, of, throwError, timer } from "rxjs";
import { attempt } from "../../streams/attempt.ts";
import { deadLetter, deadLetters } from "../../streams/dead_letter.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { testLife } from "./life.ts";

/** Upper case, two frames later; `x` fails then, and `y` at once. */
function upper({ scheduler }: MarbleKit) {
  return (item: string) => {
    if (item === "y") throw "no y";
    return timer(2, scheduler).pipe(map(() => {
      if (item === "x") throw "no x";
      return item.toUpperCase();
    }));
  };
}

const letters = map(({ item, error }: { item: string; error: unknown }) => `${item}: ${error}`);
const values = { X: "x: no x", Y: "y: no y", A: "A", B: "B" };

testLife("dead letter", (kit) => deadLetter(upper(kit), letters));
testLife("dead letters", () => (source) => source.pipe(attempt((item) => item), deadLetters(letters)));

Deno.test(
  "dead letter: an item that fails goes through the branch with its error, the others go on",
  marbles((kit) => {
    const source = kit.hot("axy----b|");
    kit.emits(source.pipe(deadLetter(upper(kit), letters)), "--A-(XY)-(B|)", { values });
    kit.subscriptions(source, "^-------!");
  }),
);

Deno.test(
  "dead letter: several run at once, and their outputs and letters keep the order",
  marbles((kit) => {
    const source = kit.hot("yxab|");
    kit.emits(source.pipe(deadLetter(upper(kit), letters, { concurrency: 4 })), "Y--XA(B|)", { values });
  }),
);

Deno.test(
  "dead letter: what a projection emitted before it failed stays",
  marbles((kit) => {
    const project = (item: string) => concat(of(item.toUpperCase()), throwError(() => "late"));
    kit.emits(
      kit.hot("-a---b---|").pipe(deadLetter(project, map(() => "x"))),
      "-(Ax)(Bx)|",
    );
  }),
);

Deno.test(
  "dead letter: an error of the branch is the output's, and ends what is under way",
  marbles((kit) => {
    const slow = kit.cold("-----A|");
    const project = (item: string) => item === "a" ? slow : throwError(() => "no");
    const branch = map(() => {
      throw "full";
    });
    kit.emits(kit.hot("xa--").pipe(deadLetter(project, branch, { concurrency: 2 })), "#", { error: "full" });
    kit.emits(kit.hot("-x--").pipe(deadLetter(project, branch, { concurrency: 2 })), "-#", { error: "full" });
  }),
);

Deno.test(
  "dead letter: a projection under way is left when nobody listens any more",
  marbles((kit) => {
    const slow = kit.cold("-----A|");
    kit.emits(kit.hot("-a---").pipe(deadLetter(() => slow, letters)), "----", { until: "^---!" });
    kit.subscriptions(slow, "-^--!");
    kit.emits(kit.hot("-a").pipe(deadLetter(() => NEVER, letters)), "---", { until: "^--!" });
  }),
);

Deno.test(
  "dead letters: attempts are taken apart in their places",
  marbles((kit) => {
    const read = attempt((item: string) => {
      if (item === "x") throw "no x";
      return item.toUpperCase();
    });
    kit.emits(kit.hot("-axb|").pipe(read, deadLetters(letters)), "-AXB|", { values });
  }),
);
