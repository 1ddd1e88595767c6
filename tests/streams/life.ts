/** What every operator does with a source that says nothing, ends, fails or is left. */
import type { OperatorFunction } from "rxjs";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";

/** Tests the ends of an operator's life: never, empty, an error before any item, and early unsubscribe. */
export function testLife(name: string, operator: (kit: MarbleKit) => OperatorFunction<string, unknown>): void {
  Deno.test(
    `${name}: never stays never, and is left when nobody listens`,
    marbles((kit) => {
      const source = kit.hot<string>("-");
      kit.emits(source.pipe(operator(kit)), "-", { until: "^--!" });
      kit.subscriptions(source, "^--!");
    }),
  );

  Deno.test(
    `${name}: an empty source completes`,
    marbles((kit) => {
      const source = kit.cold<string>("--|");
      kit.emits(source.pipe(operator(kit)), "--|");
      kit.subscriptions(source, "^-!");
      kit.emits(kit.cold<string>("|").pipe(operator(kit)), "|");
    }),
  );

  Deno.test(
    `${name}: an error of the source is the output's`,
    marbles((kit) => {
      const source = kit.cold<string>("--#", undefined, "broken");
      kit.emits(source.pipe(operator(kit)), "--#", { error: "broken" });
      kit.subscriptions(source, "^-!");
    }),
  );

  Deno.test(
    `${name}: a source with items is left when nobody listens any more`,
    marbles((kit) => {
      const source = kit.hot("a-b-c-d-e-f-g-h");
      source.pipe(operator(kit)).subscribe().unsubscribe();
      kit.subscriptions(source, "(^!)");
      const left = kit.hot("a-b-c-d-e-f-g-h");
      const subscription = left.pipe(operator(kit)).subscribe();
      kit.scheduler.schedule(() => subscription.unsubscribe(), 5);
      kit.subscriptions(left, "^----!");
    }),
  );
}
