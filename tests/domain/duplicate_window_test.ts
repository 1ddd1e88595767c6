import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DuplicateWindow, type Sighting } from "../../domain/duplicate_window.ts";

const sight = (offset: number, messageId: string, more: Partial<Sighting> = {}): Sighting => ({
  key: "lobby",
  sender: "ann",
  messageId,
  offset,
  time: offset * 10,
  ...more,
});

Deno.test("the second record of a message is a duplicate", () => {
  const window = new DuplicateWindow({ offsets: 100, ms: 10_000 });
  assertEquals(window.take(sight(0, "m")), false);
  assertEquals(window.take(sight(1, "m")), true);
  assertEquals(window.take(sight(2, "m")), true);
});

Deno.test("another sender, key, receiver or message id is no duplicate", () => {
  const window = new DuplicateWindow({ offsets: 100, ms: 10_000 });
  window.take(sight(0, "m"));
  assertEquals(window.take(sight(1, "m", { sender: "bob" })), false);
  assertEquals(window.take(sight(2, "m", { sender: undefined })), false);
  assertEquals(window.take(sight(3, "m", { key: "other" })), false);
  assertEquals(window.take(sight(4, "m", { to: "user:bob" })), false);
  assertEquals(window.take(sight(5, "n")), false);
});

Deno.test("a window ends after its offsets, counted from the latest record of the message", () => {
  const window = new DuplicateWindow({ offsets: 5, ms: 10_000 });
  window.take(sight(0, "m"));
  assertEquals(window.take(sight(5, "m")), true);
  assertEquals(window.take(sight(10, "m")), true);
  assertEquals(window.take(sight(16, "m")), false);
});

Deno.test("a window ends after its record time", () => {
  const window = new DuplicateWindow({ offsets: 100, ms: 1_000 });
  window.take(sight(0, "m", { time: 0 }));
  assertEquals(window.take(sight(1, "m", { time: 1_000 })), true);
  assertEquals(window.take(sight(2, "m", { time: 2_001 })), false);
});

Deno.test("the offset that counts is the first one of a run of duplicates", () => {
  const window = new DuplicateWindow({ offsets: 5, ms: 10_000 });
  window.take(sight(3, "m"));
  window.take(sight(6, "m"));
  assertEquals(window.find(sight(7, "m")), 3);
  assertEquals(window.find(sight(12, "m")), undefined);
  assertEquals(window.find(sight(7, "other")), undefined);
});

Deno.test("what is out of the window is forgotten", () => {
  const window = new DuplicateWindow({ offsets: 10, ms: 10_000 });
  for (let offset = 0; offset < 1_000; offset++) window.take(sight(offset, `m${offset}`));
  assert(window.length <= 11, String(window.length));
});

const logs = fc.array(
  fc.record({
    messageId: fc.constantFrom("a", "b", "c", "d"),
    sender: fc.constantFrom("ann", "bob"),
    gap: fc.integer({ min: 1, max: 3 }),
    time: fc.nat(300),
  }),
  { maxLength: 60 },
).map((steps) => {
  let offset = 0;
  return steps.map(({ gap, ...step }) => sight(offset += gap, step.messageId, step));
});

Deno.test("a fold that starts one window earlier decides as the fold over the whole partition did", () => {
  const size = { offsets: 12, ms: 150 };
  fc.assert(fc.property(logs, fc.nat(180), (log, from) => {
    const whole = new DuplicateWindow(size);
    const decided = log.map((record) => ({ offset: record.offset, duplicate: whole.take(record) }));
    const late = new DuplicateWindow(size);
    const again = log.filter((record) => record.offset >= from - size.offsets)
      .map((record) => ({ offset: record.offset, duplicate: late.take(record) }));
    const after = (entries: typeof decided) => entries.filter((entry) => entry.offset >= from);
    assertEquals(after(again), after(decided));
  }));
});
