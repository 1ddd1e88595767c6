import { map, of, timer } from "rxjs";
import { drain } from "../../streams/drain.ts";
import { mapInOrder } from "../../streams/map_in_order.ts";
import { windowByCount } from "../../streams/window_by_count.ts";
import { type MarbleKit, marbles } from "../../testing/marbles.ts";
import { testLife } from "./life.ts";
import { messageOfError } from "./message_of_error.ts";

/** A pipeline that takes four frames for an item. */
function draining({ scheduler }: MarbleKit, deadlineMs = 6) {
  const pipeline = mapInOrder((item: string) => timer(4, scheduler).pipe(map(() => item)), { concurrency: 9 });
  return { pipeline, deadlineMs, scheduler };
}

testLife("drain", (kit) => drain(kit.hot("------------"), draining(kit)));

Deno.test(
  "drain: without a stop the pipeline runs to its own end, and the stop is left then",
  marbles((kit) => {
    const [source, stop] = [kit.hot("-a-|"), kit.hot("--------x")];
    kit.emits(source.pipe(drain(stop, draining(kit))), "-----(a|)");
    kit.subscriptions(source, "^--!");
    kit.subscriptions(stop, "^----!");
  }),
);

Deno.test(
  "drain: at the stop the source is left, and what is under way comes to its end",
  marbles((kit) => {
    const [source, stop] = [kit.hot("-ab-cd"), kit.hot("---x-x")];
    kit.emits(source.pipe(drain(stop, draining(kit))), "-----a(b|)");
    kit.subscriptions(source, "^--!");
    kit.subscriptions(stop, "^--!");
  }),
);

Deno.test(
  "drain: what a pipeline holds for later comes at the stop",
  marbles((kit) => {
    const pipeline = windowByCount((item: string) => item, { size: 3 });
    const options = { ...draining(kit), pipeline };
    const values = { w: { key: "a", items: ["a", "a"] } };
    kit.emits(kit.hot("aa----").pipe(drain(kit.hot("---x"), options)), "---(w|)", { values });
  }),
);

Deno.test(
  "drain: what has not come to its end by the deadline is left with an error",
  marbles((kit) => {
    const slow = kit.cold("---------a|");
    const options = { ...draining(kit, 3), pipeline: mapInOrder(() => slow, { concurrency: 1 }) };
    const told = kit.hot("-a---").pipe(drain(kit.hot("--x"), options), messageOfError);
    kit.emits(told, "-----#", { error: "Cannot finish what is under way in 3 ms: it was left" });
    kit.subscriptions(slow, "-^---!");
  }),
);

Deno.test(
  "drain: a stop that is there already ends the source before its first item",
  marbles((kit) => {
    const source = kit.cold("a-b|");
    kit.emits(source.pipe(drain(of("stop"), draining(kit))), "|");
    kit.subscriptions(source);
  }),
);

Deno.test(
  "drain: a stop that completes stops nothing, and its error is the output's",
  marbles((kit) => {
    kit.emits(kit.hot("-a-|").pipe(drain(kit.hot("-|"), draining(kit))), "-----(a|)");
    kit.emits(kit.hot("-a-|").pipe(drain(kit.hot("--#"), draining(kit))), "--#");
  }),
);

Deno.test(
  "drain: each subscription has a stop of its own",
  marbles((kit) => {
    const drained = kit.cold("a----b").pipe(drain(kit.cold("--x"), draining(kit)));
    kit.emits(drained, "----(a|)");
    kit.emits(drained, "----(a|)");
  }),
);
