/** The outbox of a client that is too slow for channels whose publications may be left out. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Outbox } from "../../../adapters/transport/outbox.ts";
import { holds } from "../../holds.ts";
import type { Spare } from "../../../domain/ports/transport.ts";

const utf8 = new TextEncoder();
const text = (frames: readonly Uint8Array[]) => frames.map((frame) => new TextDecoder().decode(frame));

/** A frame `channel:n` that may be left out. */
function push(outbox: Outbox, name: string, policy: Spare["policy"]): number {
  const [channel = "", n] = name.split(":");
  return outbox.push(utf8.encode(name), {
    channel,
    policy,
    skipped: (count) => utf8.encode(`${channel}:skipped ${count} to ${n}`),
  });
}

Deno.test("outbox: a newer publication of a later turn takes the place of one that may be conflated, and tells of it", () => {
  const outbox = new Outbox(1);
  push(outbox, "a:1", "conflate");
  push(outbox, "b:1", "conflate");
  outbox.endTurn();
  assertEquals(push(outbox, "a:2", "conflate"), 1);
  outbox.endTurn();
  assertEquals(push(outbox, "a:3", "conflate"), 1);
  assertEquals(text(outbox.take(1_000)), ["b:1", "a:skipped 2 to 2", "a:3"]);
  assertEquals([outbox.bytes, outbox.empty], [0, true]);
});

Deno.test("outbox: what one turn brings is conflated with nothing of the same turn", () => {
  const outbox = new Outbox(1);
  for (const name of ["a:1", "a:2", "a:3"]) push(outbox, name, "conflate");
  assertEquals(text(outbox.take(1_000)), ["a:1", "a:2", "a:3"]);
});

Deno.test("outbox: the oldest that may be left out go first, the newest of a channel and what must come stay", () => {
  const outbox = new Outbox(0);
  outbox.push(utf8.encode("must"));
  for (const name of ["a:1", "a:2", "b:1", "a:3", "b:2"]) push(outbox, name, "drop_oldest");
  assertEquals(outbox.bytes, 19);
  assertEquals(outbox.spareOldest(13), 2);
  assertEquals([text(outbox.take(1_000)), outbox.bytes], [["must", "a:skipped 2 to 2", "b:1", "a:3", "b:2"], 0]);
  for (const name of ["a:1", "a:2", "b:1"]) push(outbox, name, "drop_oldest");
  assertEquals(outbox.spareOldest(0), 1);
  assertEquals(text(outbox.take(1_000)), ["a:skipped 1 to 1", "a:2", "b:1"]);
});

Deno.test("outbox: a client that takes nothing costs one place a channel, however much is left out", () => {
  const outbox = new Outbox(0);
  for (let n = 0; n < 100_000; n++) {
    push(outbox, `a:${n}`, "conflate");
    push(outbox, `b:${n}`, "drop_oldest");
    outbox.spareOldest(100);
    outbox.endTurn();
  }
  const taken = text(outbox.take(100_000));
  assertEquals(taken.filter((frame) => frame.startsWith("a")), ["a:skipped 99999 to 99998", "a:99999"]);
  assert(taken.length < 40, `${taken.length}`);
});

Deno.test("outbox: whatever is pushed, left out and taken, each publication comes in order or is counted", () => {
  const step = fc.oneof(
    fc.record({
      push: fc.constantFrom("a", "b", "c"),
      policy: fc.constantFrom("conflate" as const, "drop_oldest" as const),
    }),
    fc.constant({ must: true } as const),
    fc.record({ spare: fc.nat(60) }),
    fc.constant({ turn: true } as const),
    fc.record({ take: fc.integer({ min: 1, max: 60 }) }),
  );
  holds(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const outbox = new Outbox(1);
      const numbers = new Map<string, number>();
      const out: string[] = [];
      let left = 0;
      const next = (channel: string) => {
        const n = (numbers.get(channel) ?? 0) + 1;
        numbers.set(channel, n);
        return `${channel}:${n}`;
      };
      for (const one of steps) {
        if ("push" in one) left += push(outbox, next(one.push), one.policy);
        else if ("must" in one) outbox.push(utf8.encode(next("must")));
        else if ("spare" in one) left += outbox.spareOldest(one.spare);
        else if ("turn" in one) outbox.endTurn();
        else out.push(...text(outbox.take(one.take)));
      }
      while (!outbox.empty) out.push(...text(outbox.take(20)));
      assertEquals(outbox.bytes, 0);
      const seen = new Map<string, number>();
      let skipped = 0;
      for (const frame of out) {
        const [, channel = "", count, to] = /^(\w+):(?:skipped (\d+) to )?(\d+)$/.exec(frame)!;
        skipped += Number(count ?? 0);
        assertEquals(Number(to), (seen.get(channel) ?? 0) + (count === undefined ? 1 : Number(count)), frame);
        seen.set(channel, Number(to));
      }
      assertEquals([Object.fromEntries(seen), skipped], [Object.fromEntries(numbers), left]);
    }),
    { runs: 500 },
  );
});
