import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import fc from "fast-check";
import { LogUnavailable } from "../../../../domain/ports/log.ts";
import { holdsAsync } from "../../../holds.ts";
import { RECORD_BYTES, ScriptedLog, turn } from "./scripted_log.ts";

/** Batches of ten records, 1,000 in all. */
const HUNDRED = Array.from({ length: 100 }, () => 10);

Deno.test("scan: one reader gets its range, in order, in pieces that follow one another", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED });
  const reader = log.read({ from: 15, to: 980 });
  assertEquals(await reader.all(), log.expected({ from: 15, to: 980, key: undefined }));
  let next = 15;
  for (const { to } of reader.pieces) {
    assert(to > next);
    next = to;
  }
  assertEquals(next, 980);
});

Deno.test("scan: a crowd that reads from anywhere costs about what one does", async () => {
  await using alone = new ScriptedLog({ batches: HUNDRED });
  await alone.read({ from: 0, to: 1_000 }).all();
  await using log = new ScriptedLog({ batches: HUNDRED, keys: ["a", "b", "c"] });
  const ranges = Array.from({ length: 500 }, (_, at) => ({ from: at * 2, to: 1_000, key: "abc"[at % 3]! }));
  const read = await Promise.all(ranges.map((range) => log.read(range).all(turn)));
  read.forEach((offsets, at) => assertEquals(offsets, log.expected(ranges[at]!)));
  // The nearest are let go first, for which the half of all fetches is.
  assertLess(log.fetches.length, alone.fetches.length * 4);
});

Deno.test("scan: what was read lately is not fetched again for who comes later", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED, keptBytes: 10 * 1024 * 1024 });
  await log.read({ from: 0, to: 1_000 }).all();
  const fetches = log.fetches.length;
  for (const from of [0, 333, 999]) {
    assertEquals(await log.read({ from, to: 1_000 }).all(), log.expected({ from, to: 1_000, key: undefined }));
  }
  assertEquals(log.fetches.length, fetches);
});

Deno.test("scan: no more is kept than it may keep", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED, keptBytes: 1 });
  await log.read({ from: 0, to: 1_000 }).all();
  const fetches = log.fetches.length;
  await log.read({ from: 0, to: 1_000 }).all();
  assertEquals(log.fetches.length, fetches * 2);
});

Deno.test("scan: who is far behind does not hold up who is near", async () => {
  await using log = new ScriptedLog({ batches: Array.from({ length: 10_000 }, () => 10), keptBytes: 1 });
  const far = log.read({ from: 0, to: 100_000 });
  const done = far.all();
  while (far.pieces.length < 3) await turn();
  const before = log.fetches.length;
  const near = [90_000, 95_000, 99_990].map((from) => log.read({ from, to: from + 10 }));
  await Promise.all(near.map((reader) => reader.all()));
  assertLess(log.fetches.length - before, 10);
  assertLess(far.position, 90_000);
  far.leave();
  await assertRejects(() => done, LogUnavailable);
});

Deno.test("scan: who is near does not starve who is far behind", async () => {
  await using log = new ScriptedLog({ batches: Array.from({ length: 1_000 }, () => 10), keptBytes: 1 });
  const far = log.read({ from: 0, to: 10_000 });
  let over = false;
  const done = far.all().then(() => over = true);
  // There is always somebody who needs less.
  const near = (async () => {
    while (!over) await log.read({ from: 9_990, to: 10_000 }).all();
  })();
  await Promise.all([done, near]);
  assertEquals(far.offsets.length, 10_000);
});

Deno.test("scan: a reader that does not take its piece holds up nobody, and goes on when it does", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED, keptBytes: 1 });
  const slow = log.read({ from: 0, to: 1_000 });
  await slow.next();
  assertEquals((await log.read({ from: 0, to: 1_000 }).all()).length, 1_000);
  assertEquals(slow.pieces.length, 1);
  assertEquals((await slow.all()).length, 1_000);
});

Deno.test("scan: what a slow reader of a key holds are copies of its own records", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED, keys: ["a", "b"] });
  const other = log.read({ from: 0, to: 1_000, key: "b" });
  const reader = log.read({ from: 0, to: 1_000, key: "a" });
  const piece = await reader.next();
  for (const { value } of piece!.records!) assertEquals(value!.buffer.byteLength, RECORD_BYTES);
  assert(!piece!.records!.some(({ value }) => log.records.some((record) => record.value === value)));
  for (const each of [reader, other]) each.leave();
});

Deno.test("scan: where everyone reads one key, only that key's records are fetched", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED, keys: ["a", "b"] });
  await Promise.all([0, 500].map((from) => log.read({ from, to: 1_000, key: "a" }).all()));
  assertEquals(new Set(log.fetches.map(({ key }) => key)), new Set(["a"]));
  assertEquals(
    await log.read({ from: 0, to: 1_000, key: "b" }).all(),
    log.expected({ from: 0, to: 1_000, key: "b" }),
  );
});

Deno.test("scan: a read ends early where the log does", async () => {
  await using log = new ScriptedLog({ batches: [10] });
  const reader = log.read({ from: 5, to: 50 });
  assertEquals(await reader.all(), [5, 6, 7, 8, 9]);
  assertEquals(await log.read({ from: 30, to: 50 }).all(), []);
});

Deno.test("scan: who comes while it is found that the log ends is not told so: it may know of more", async () => {
  let length = 10;
  await using log = new ScriptedLog({
    batches: [10, 5],
    instead: ({ from }) => from < length ? undefined : { kind: "end", high: length },
  });
  const early = log.read({ from: 10, to: 15 });
  const ended = early.next();
  await Promise.resolve();
  while (log.fetches.length === 0) await Promise.resolve();
  const late = log.read({ from: 10, to: 15 });
  const got = late.all();
  assertEquals(await ended, undefined);
  length = 15;
  assertEquals(await got, [10, 11, 12, 13, 14]);
});

Deno.test("scan: what the log no longer has is told to those who need it, and to nobody else", async () => {
  await using log = new ScriptedLog({
    batches: HUNDRED,
    instead: ({ from }) => from < 500 ? { kind: "expired", low: 500, high: 1_000 } : undefined,
  });
  const readers = [
    log.read({ from: 0, to: 1_000 }),
    log.read({ from: 400, to: 450 }),
    log.read({ from: 600, to: 700 }),
  ];
  const got = await Promise.all(readers.map((reader) => reader.all()));
  assertEquals(readers.map(({ pieces }) => pieces[0]!.lost), ["expired", "expired", undefined]);
  assertEquals(readers.map(({ pieces }) => pieces[0]!.to).slice(0, 2), [500, 450]);
  assertEquals(
    got,
    [[500, 1_000], [0, 0], [600, 700]].map(([from, to]) => log.expected({ from: from!, to: to!, key: undefined })),
  );
});

Deno.test("scan: a topic that is made anew in the middle of a read is told as changed", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED });
  const reader = log.read({ from: 0, to: 1_000 });
  await reader.next();
  log.topicId = "life-2";
  const rest = await reader.next();
  assertEquals([rest!.lost, rest!.to], ["log_changed", 1_000]);
  assertEquals((await log.read({ from: 0, to: 100 }).all()).length, 100);
});

Deno.test("scan: a fetch that fails is made again", async () => {
  await using log = new ScriptedLog({
    batches: HUNDRED,
    instead: (_, before) => before % 2 === 0 ? new Error("the broker is away") : undefined,
  });
  assertEquals((await log.read({ from: 0, to: 1_000 }).all()).length, 1_000);
});

Deno.test("scan: a log that stays away is told of after the deadline, with why", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED, readMs: 100, instead: () => new Error("the broker is away") });
  const error = await assertRejects(() => log.read({ from: 7, to: 1_000 }).all(), LogUnavailable);
  assertEquals(error.message, "Cannot read t 0 at offset 7 within 100 ms: the broker is away");
});

Deno.test("scan: what cannot be had at one offset is the matter of those who need that one", async () => {
  await using log = new ScriptedLog({
    batches: HUNDRED,
    readMs: 100,
    instead: ({ from }) => from === 500 ? { kind: "stuck", reason: "these are no batches" } : undefined,
    fetchBytes: 20 * RECORD_BYTES,
  });
  const stuck = assertRejects(() => log.read({ from: 500, to: 1_000 }).all(), LogUnavailable, "these are no batches");
  assertEquals((await log.read({ from: 600, to: 1_000 }).all()).length, 400);
  await stuck;
});

Deno.test("scan: a reader that leaves gets nothing more, and its scan rests", async () => {
  await using log = new ScriptedLog({ batches: HUNDRED, keptBytes: 1 });
  const reader = log.read({ from: 0, to: 1_000 });
  await reader.next();
  const waiting = assertRejects(() => reader.next(), LogUnavailable);
  reader.leave();
  await waiting;
  const fetches = log.fetches.length;
  for (let at = 0; at < 5; at++) await turn();
  assertLess(log.fetches.length - fetches, 2);
});

Deno.test("scan: readers wait no more when the log is closed", async () => {
  const log = new ScriptedLog({ batches: HUNDRED, instead: () => new Error("the broker is away") });
  const waiting = assertRejects(() => log.read({ from: 0, to: 1_000 }).all(), LogUnavailable);
  await log[Symbol.asyncDispose]();
  await waiting;
});

Deno.test("scan: whoever reads from anywhere, at any pace, and leaves at any time, gets what the log has", async () => {
  const reader = fc.record({
    from: fc.nat(299),
    length: fc.nat(300),
    key: fc.constantFrom(undefined, "a", "b", "c"),
    comesAfter: fc.nat(6),
    /** How many turns it takes for a piece. */
    pace: fc.constantFrom(0, 0, 0, 1, 5),
    /** After how many pieces it leaves. */
    leavesAfter: fc.option(fc.nat(4), { nil: undefined }),
  });
  const script = fc.record({
    batches: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 20, maxLength: 20 }),
    failing: fc.array(fc.nat(30), { maxLength: 5 }),
    keptBytes: fc.constantFrom(1, 100_000, 1_000_000),
    fetchBytes: fc.constantFrom(1, 100_000),
  });
  await holdsAsync(
    fc.asyncProperty(script, fc.array(reader, { maxLength: 12 }), async ({ failing, ...rest }, readers) => {
      const instead = (_: unknown, before: number) => failing.includes(before) ? new Error("away") : undefined;
      await using log = new ScriptedLog({ ...rest, instead, keys: ["a", "b", null, "a"] });
      const length = log.records.length;
      await Promise.all(readers.map(async ({ comesAfter, pace, leavesAfter, key, ...wanted }) => {
        for (let at = 0; at < comesAfter; at++) await turn();
        const from = Math.min(wanted.from, length);
        const range = { from, to: Math.min(from + wanted.length, length), key };
        const reading = log.read({ ...range, ...(key === undefined ? {} : { key }) } as { from: number; to: number });
        const expected = log.expected(range);
        let taken = 0;
        while (reading.position < range.to && taken++ !== leavesAfter) {
          const before = reading.position;
          const piece = await reading.next();
          assert(piece && !piece.lost && piece.to > before && piece.to <= range.to);
          assertEquals(reading.offsets, expected.filter((offset) => offset < piece.to));
          for (let at = 0; at < pace; at++) await turn();
        }
        reading.leave();
      }));
    }),
  );
});
