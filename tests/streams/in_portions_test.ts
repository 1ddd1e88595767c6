import { VirtualTimeScheduler } from "rxjs";
import { assertEquals } from "@std/assert";
import { inPortions } from "../../streams/in_portions.ts";
import { marbles } from "../../testing/marbles.ts";

Deno.test(
  "inPortions: none completes, and one portion or less comes at once",
  marbles((kit) => {
    kit.emits(inPortions([], { size: 2, scheduler: kit.scheduler }), "|");
    kit.emits(inPortions(["a"], { size: 2, scheduler: kit.scheduler }), "(a|)");
    kit.emits(inPortions(["a", "b"], { size: 2, scheduler: kit.scheduler }), "(ab|)");
  }),
);

Deno.test("inPortions: each further portion comes in a turn of its own, in order, and the last may be short", () => {
  const scheduler = new VirtualTimeScheduler();
  const came: string[] = [];
  inPortions(["a", "b", "c", "d", "e"], { size: 2, scheduler }).subscribe({
    next: (item) => came.push(item),
    complete: () => came.push("|"),
  });
  assertEquals(came.splice(0), ["a", "b"]);
  let turns = 0;
  scheduler.schedule(() => came.push(`turn ${++turns}`));
  scheduler.flush();
  assertEquals(came, ["c", "d", "turn 1", "e", "|"]);
});

Deno.test("inPortions: after an unsubscribe nothing comes, and no turn is waited for", () => {
  const scheduler = new VirtualTimeScheduler();
  const came: string[] = [];
  const subscription = inPortions(["a", "b", "c"], { size: 1, scheduler }).subscribe((item) => came.push(item));
  subscription.unsubscribe();
  scheduler.flush();
  assertEquals(came, ["a"]);
  assertEquals(scheduler.actions.length, 0);
});
