import { assert, assertEquals, assertRejects } from "@std/assert";
import { gate } from "../../../adapters/kafka/gate.ts";
import { bell, jitter, wait, within } from "../../../adapters/kafka/wait.ts";

Deno.test("a wait ends when its signal aborts, and leaves no timer", async () => {
  const ending = new AbortController();
  const waiting = wait(1_000_000, ending.signal);
  ending.abort();
  await waiting;
  await wait(1_000_000, ending.signal);
});

Deno.test("a bell ends the wait, or the next one, and one only", async () => {
  const { signal } = new AbortController();
  const rung = bell();
  rung.ring();
  rung.ring();
  await rung.wait(1_000_000, signal);
  const waiting = rung.wait(1_000_000, signal);
  queueMicrotask(rung.ring);
  await waiting;
  const started = performance.now();
  await rung.wait(20, signal);
  assert(performance.now() - started >= 15);
});

Deno.test("within settles as its task does, or fails when it is late", async () => {
  const late = () => new Error("late");
  assertEquals(await within(Promise.resolve(1), 1_000_000, late), 1);
  await assertRejects(() => within(Promise.reject(new Error("own")), 1_000_000, late), Error, "own");
  await assertRejects(() => within(new Promise(() => {}), 1, late), Error, "late");
});

Deno.test("jitter is anywhere below a ceiling that doubles up to its cap", () => {
  const at = (failures: number, fraction: number) =>
    jitter(failures, { baseMs: 100, capMs: 1_000, fraction: () => fraction });
  assertEquals([0, 1, 2, 3, 4, 1_000].map((failures) => at(failures, 1)), [100, 200, 400, 800, 1_000, 1_000]);
  assertEquals([at(2, 0), at(2, 0.5)], [0, 200]);
});

Deno.test("a gate lets so many through at once, in order, and goes on after a failure", async () => {
  const narrow = gate(2);
  const order: string[] = [];
  let inside = 0;
  const task = (name: string) => async () => {
    inside++;
    assert(inside <= 2);
    order.push(name);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inside--;
    if (name === "b") throw new Error("b failed");
  };
  const all = await Promise.allSettled(["a", "b", "c", "d", "e"].map((name) => narrow.run(task(name))));
  assertEquals(order, ["a", "b", "c", "d", "e"]);
  assertEquals(all.map(({ status }) => status === "rejected"), [false, true, false, false, false]);
});
