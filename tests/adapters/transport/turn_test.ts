import { assert, assertEquals } from "@std/assert";
import { Turn } from "../../../adapters/transport/turn.ts";
import { until } from "../../contract/transport/until.ts";

/** A turn whose flushes take as long as the case says, by a clock that stands still in between. */
function timedTurn(tookMs: number) {
  let now = 0;
  const flushed: string[][] = [];
  const turn = new Turn<{ flush(): void }>({
    failed: (_, error) => {
      throw error;
    },
    began: () => void flushed.push([]),
    now: () => now,
  });
  const named = (name: string) => ({
    flush() {
      flushed.at(-1)!.push(name);
      now += tookMs;
    },
  });
  return { turn, flushed, named };
}

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("turn: what one turn brings is flushed at its end, in order", async () => {
  const { turn, flushed, named } = timedTurn(0);
  for (const name of ["a", "b"]) turn.touch(named(name));
  turn.gather(named("c"));
  await turnOfTheLoop();
  assertEquals(flushed, [["a", "b", "c"]]);
});

Deno.test("turn: after a flush that took no time, what is gathered does not wait", async () => {
  const { turn, flushed, named } = timedTurn(0.9);
  for (const name of ["a", "b", "c"]) {
    turn.gather(named(name));
    await turnOfTheLoop();
  }
  assertEquals(flushed, [["a"], ["b"], ["c"]]);
});

Deno.test("turn: after a flush that took long, what is gathered is flushed together later", async () => {
  const { turn, flushed, named } = timedTurn(4);
  turn.gather(named("a"));
  await turnOfTheLoop();
  for (const name of ["b", "c"]) {
    turn.gather(named(name));
    await turnOfTheLoop();
  }
  assertEquals(flushed, [["a"]]);
  await until("what was gathered is flushed", () => flushed.length > 1);
  assertEquals(flushed, [["a"], ["b", "c"]]);
});

Deno.test("turn: what may not wait ends the rest, for all that was gathered", async () => {
  const { turn, flushed, named } = timedTurn(1_000);
  turn.gather(named("a"));
  await turnOfTheLoop();
  turn.gather(named("b"));
  turn.touch(named("c"));
  await turnOfTheLoop();
  assertEquals(flushed, [["a"], ["b", "c"]]);
});

Deno.test("turn: when it is stopped nothing waits any more", async () => {
  const { turn, flushed, named } = timedTurn(1_000);
  turn.gather(named("a"));
  await turnOfTheLoop();
  turn.gather(named("b"));
  turn.stop();
  await turnOfTheLoop();
  assertEquals(flushed, [["a"], ["b"]]);
});

Deno.test("turn: one that cannot be flushed is told, and the others are flushed", async () => {
  const failed: unknown[] = [];
  let flushed = false;
  const turn = new Turn<{ flush(): void }>({ failed: (_, error) => void failed.push(error) });
  const error = new Error("it is broken");
  turn.touch({
    flush() {
      throw error;
    },
  });
  turn.touch({ flush: () => flushed = true });
  await turnOfTheLoop();
  assert(flushed);
  assertEquals(failed, [error]);
});
