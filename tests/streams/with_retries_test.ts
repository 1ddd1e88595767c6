import { assertEquals } from "@std/assert";
import { concat, map, of, throwError, timer } from "rxjs";
import { deadLetter } from "../../streams/dead_letter.ts";
import { mapInOrder } from "../../streams/map_in_order.ts";
import { retryWithJitter } from "../../streams/retry_with_jitter.ts";
import { withRetries } from "../../streams/with_retries.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { testLife } from "./life.ts";

/** Waits of 1, 2 and then 4 milliseconds. */
function patience({ scheduler }: MarbleKit, tries = 3) {
  return { tries, minMs: 1, maxMs: 4, random: () => 1, scheduler };
}

/** Fails so many times, each time one frame after it began, then answers with the item. */
function flaky({ scheduler }: MarbleKit, failures: number) {
  let tries = 0;
  return (item: string) =>
    timer(1, scheduler).pipe(map(() => {
      if (tries++ < failures) throw `busy ${tries}`;
      return item;
    }));
}

testLife("with retries", (kit) => mapInOrder(withRetries(flaky(kit, 0), patience(kit)), { concurrency: 2 }));

Deno.test(
  "with retries: an item is tried again until it is done",
  marbles((kit) => {
    const source = kit.hot("a|");
    // Failures at 1 and 3, waits of 1 and 2, success at 6.
    kit.emits(source.pipe(mapInOrder(withRetries(flaky(kit, 2), patience(kit)), { concurrency: 1 })), "------(a|)");
    kit.subscriptions(source, "^!");
  }),
);

Deno.test(
  "with retries: the error of the last try is the projection's, and costs that item alone as a dead letter",
  marbles((kit) => {
    const project = withRetries(flaky(kit, 3), patience(kit));
    kit.emits(kit.hot("a|").pipe(mapInOrder(project, { concurrency: 1 })), "------#", { error: "busy 3" });
    const again = withRetries(flaky(kit, 3), patience(kit));
    const letters = map(({ error }: { error: unknown }) => error);
    kit.emits(kit.hot("a-b|").pipe(deadLetter(again, letters)), "------x(b|)", { values: { x: "busy 3", b: "b" } });
  }),
);

Deno.test(
  "with retries: an error that is not worth it ends the tries, as one that is thrown does begin them",
  marbles((kit) => {
    let tries = 0;
    const options = { ...patience(kit), isWorthIt: (error: unknown) => error !== "forbidden" };
    const project = (): never => {
      throw ++tries === 1 ? "busy" : "forbidden";
    };
    kit.emits(kit.hot("a|").pipe(mapInOrder(withRetries(project, options), { concurrency: 1 })), "-#", {
      error: "forbidden",
    });
    kit.flush();
    assertEquals(tries, 2);
  }),
);

Deno.test(
  "with retries: what a failed try emitted does not come",
  marbles((kit) => {
    let tries = 0;
    const project = (item: string) => tries++ === 0 ? concat(of("half"), throwError(() => "busy")) : of(item, "whole");
    const told = kit.hot("-a|").pipe(mapInOrder(withRetries(project, patience(kit)), { concurrency: 1 }));
    kit.emits(told, "--(aw|)", { values: { a: "a", w: "whole" } });
  }),
);

Deno.test(
  "with retries: each item has tries of its own, and a wait is left when nobody listens any more",
  marbles((kit) => {
    const failing = kit.cold("#");
    const source = kit.hot("ab");
    const told = source.pipe(mapInOrder(withRetries(() => failing, patience(kit)), { concurrency: 2 }));
    kit.emits(told, "--", { until: "^-!" });
    kit.subscriptions(failing, "(^!)", "-(^!)", "-(^!)");
    kit.subscriptions(source, "^-!");
  }),
);

Deno.test(
  "retry with jitter: so many tries in a row, and no more",
  marbles((kit) => {
    const source = kit.cold("-#", undefined, "away");
    kit.emits(source.pipe(retryWithJitter(patience(kit, 3))), "------#", { error: "away" });
    kit.subscriptions(source, "^!", "--^!", "-----^!");
    const once = kit.cold("#", undefined, "away");
    kit.emits(once.pipe(retryWithJitter(patience(kit, 1))), "#", { error: "away" });
  }),
);
