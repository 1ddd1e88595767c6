import { AssertionError, assertThrows } from "@std/assert";
import { delay, map } from "rxjs";
import { runMarbles } from "../../testing/mod.ts";

Deno.test("marbles: a picture that is not what comes is refused", () => {
  const late = () => runMarbles(({ cold, emits, scheduler }) => emits(cold("-a|").pipe(delay(1, scheduler)), "-a|"));
  assertThrows(late, AssertionError);
  const other = () => runMarbles(({ cold, emits }) => emits(cold("-a|").pipe(map(() => "b")), "-a|"));
  assertThrows(other, AssertionError);
  const unended = () => runMarbles(({ cold, emits }) => emits(cold("-a-"), "-a|"));
  assertThrows(unended, AssertionError);
});

Deno.test("marbles: a subscription that is not the picture's is refused", () => {
  const kept = () =>
    runMarbles(({ cold, emits, subscriptions }) => {
      const source = cold("-a-");
      emits(source, "-a-", { until: "^---!" });
      subscriptions(source, "^--!");
    });
  assertThrows(kept, AssertionError);
  const missing = () => runMarbles(({ cold, subscriptions }) => subscriptions(cold("-a-"), "^--!"));
  assertThrows(missing, AssertionError);
});

Deno.test("marbles: letters stand for values, and # for an error", () => {
  runMarbles(({ cold, emits, subscriptions }) => {
    const error = new RangeError("broken");
    const source = cold("-a-#", { a: 1 }, error);
    emits(source.pipe(map((n) => n + 1)), "-b-#", { values: { b: 2 }, error });
    subscriptions(source, "^--!");
  });
});
