import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { asyncScheduler, Subject } from "rxjs";
import { memoryLog, memoryTail } from "../../../adapters/log/mod.ts";
import type { StoredRecord, TopicPartition } from "../../../domain/log_record.ts";
import type { Batch, OpenLog, ReadRange } from "../../../domain/ports/log.ts";
import { VirtualClock } from "../../../testing/mod.ts";
import { holds } from "../../holds.ts";
import { logContract } from "../../contract/log_contract.ts";

// With a tail that keeps the memory full, and room for a few batches only.
logContract("log with a memory", (topics) => {
  const behind = memoryLog({ topics, clock: { scheduler: asyncScheduler } });
  const log = memoryTail(behind, { bytes: 1_000, clock: { scheduler: asyncScheduler } });
  const tail = log.tail({ topics: Object.keys(topics), start: (_, { low }) => low }).subscribe({
    next: (batch) => batch.done(),
    // It ends with the log.
    error() {},
  });
  return Promise.resolve({
    log,
    async close() {
      tail.unsubscribe();
      await log.close();
    },
  });
});

const PLACE: TopicPartition = { topic: "t", partition: 0 };

function record(offset: number, key: string | null = null, bytes = 10): StoredRecord {
  return { ...PLACE, offset, time: 1, key, value: new Uint8Array(bytes), headers: {} };
}

function batch(from: number, to: number, more: Partial<Batch> = {}): Batch {
  const records = more.records ?? (more.lost ? [] : Array.from({ length: to - from }, (_, at) => record(from + at)));
  return { ...PLACE, from, to, records, high: 1_000, done() {}, ...more };
}

/** A log with a memory whose tail the test plays; what is asked of the log behind it is kept in `reads`. */
function scene(bytes = 1e9) {
  const clock = new VirtualClock();
  const reads: ReadRange[] = [];
  const tail = new Subject<Batch>();
  const behind = {
    tail: () => tail,
    read: (_: TopicPartition, range: ReadRange) => {
      reads.push(range);
      return new Subject<Batch>();
    },
  } as unknown as OpenLog;
  const log = memoryTail(behind, { bytes, clock });
  log.tail({ topics: ["t"], start: () => 0 }).subscribe();
  const read = (range: ReadRange) => {
    const got = { offsets: [] as number[], pieces: [] as [number, number][], completed: false, open: [] as Batch[] };
    const subscription = log.read(PLACE, range).subscribe({
      next: (piece) => {
        got.offsets.push(...piece.records.map(({ offset }) => offset));
        got.pieces.push([piece.from, piece.to]);
        got.open.push(piece);
      },
      complete: () => got.completed = true,
    });
    return { ...got, got, subscription };
  };
  return { clock, tail, reads, read };
}

Deno.test("memory tail: what the tail has read is read again without the log", () => {
  const { tail, reads, read } = scene();
  tail.next(batch(5, 8));
  tail.next(batch(8, 10));
  const { got } = read({ from: 6, to: 10 });
  assertEquals(got.offsets, [6, 7, 8, 9]);
  assertEquals(got.completed, false);
  got.open[0]!.done();
  assertEquals([got.completed, reads], [true, []]);
});

Deno.test("memory tail: what is before the memory, or after it, is read from the log", () => {
  const { tail, reads, read } = scene();
  tail.next(batch(5, 10));
  read({ from: 2, to: 8 });
  read({ from: 10, to: 12 });
  assertEquals(reads, [{ from: 2, to: 5 }, { from: 10, to: 12 }]);
});

Deno.test("memory tail: the records of a key are found, those of others are holes", () => {
  const { tail, read } = scene();
  tail.next(batch(0, 6, { records: ["a", "b", "a", null, "b", "a"].map((key, offset) => record(offset, key)) }));
  const { got } = read({ from: 1, to: 6, key: "a" });
  assertEquals([got.offsets, got.pieces], [[2, 5], [[1, 6]]]);
  tail.next(batch(6, 7, { records: [record(6, "a")] }));
  assertEquals(read({ from: 0, to: 7, key: "a" }).got.offsets, [0, 2, 5, 6]);
  assertEquals(read({ from: 0, to: 7, key: "c" }).got.pieces, [[0, 7]]);
});

Deno.test("memory tail: the oldest records are forgotten when there are too many bytes", () => {
  const { tail, reads, read } = scene(500);
  for (let at = 0; at < 10; at++) tail.next(batch(at, at + 1, { records: [record(at, "a", 136)] }));
  assertEquals(read({ from: 8, to: 10, key: "a" }).got.offsets, [8, 9]);
  read({ from: 0, to: 10 });
  assertEquals(reads, [{ from: 0, to: 8 }]);
});

Deno.test("memory tail: after a log that was made anew, or a jump, nothing of before is there", () => {
  const { tail, reads, read } = scene();
  tail.next(batch(0, 10));
  tail.next(batch(10, 3, { lost: "log_changed" }));
  read({ from: 0, to: 3 });
  assertEquals(reads, [{ from: 0, to: 3 }]);
  tail.next(batch(3, 5));
  assertEquals(read({ from: 3, to: 5 }).got.offsets, [3, 4]);
  tail.next(batch(5, 20, { lost: "expired" }));
  tail.next(batch(20, 22));
  assertEquals(read({ from: 20, to: 22 }).got.offsets, [20, 21]);
  read({ from: 4, to: 22 });
  assertEquals(reads.at(-1), { from: 4, to: 20 });
});

Deno.test("memory tail: a long read comes in pieces, each when the one before is done", () => {
  const { tail, read } = scene();
  tail.next(batch(0, 1_000));
  const { got } = read({ from: 0, to: 1_000 });
  assertEquals(got.pieces, [[0, 256]]);
  while (got.open.length > 0) got.open.shift()!.done();
  assertEquals(got.offsets.length, 1_000);
  assertEquals(got.completed, true);
});

Deno.test("memory tail: a reader that takes all at once lets the rest of the process have its turn", () => {
  const { clock, tail, read } = scene();
  tail.next(batch(0, 10_000));
  const { got } = read({ from: 0, to: 10_000 });
  while (got.open.length > 0) got.open.shift()!.done();
  assertEquals([got.offsets.length, got.completed], [8 * 256, false]);
  while (!got.completed) {
    clock.advance(1);
    while (got.open.length > 0) got.open.shift()!.done();
  }
  assertEquals(got.offsets.length, 10_000);
});

Deno.test("memory tail: a reader that leaves gets nothing more", () => {
  const { tail, read } = scene();
  tail.next(batch(0, 1_000));
  const { got, subscription } = read({ from: 0, to: 1_000 });
  subscription.unsubscribe();
  got.open[0]!.done();
  assertEquals(got.pieces.length, 1);
});

Deno.test("memory tail: any batches with any holes are read as they came, whatever was forgotten", () => {
  const step = fc.record({
    length: fc.integer({ min: 1, max: 9 }),
    holes: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 4 }),
    keys: fc.array(fc.constantFrom("a", "b", null), { minLength: 9, maxLength: 9 }),
  });
  const looks = fc.array(fc.tuple(fc.nat(60), fc.nat(60), fc.constantFrom(undefined, "a", "b")), { maxLength: 8 });
  holds(
    fc.property(fc.array(step, { maxLength: 12 }), looks, fc.integer({ min: 0, max: 3_000 }), (steps, reads, bytes) => {
      const { tail, read, reads: asked } = scene(bytes);
      const all: StoredRecord[] = [];
      let next = 0;
      for (const { length, holes, keys } of steps) {
        const records = Array.from({ length }, (_, at) => record(next + at, keys[at]!))
          .filter(({ offset }) => !holes.includes(offset - next));
        all.push(...records);
        tail.next(batch(next, next + length, { records }));
        next += length;
        for (const [one, other, key] of reads) {
          const [from, to] = [Math.min(one, other, next), Math.min(Math.max(one, other), next)];
          const before = asked.length;
          const { got } = read({ from, to, ...(key === undefined ? {} : { key }) });
          while (got.open.length > 0) got.open.shift()!.done();
          if (asked.length > before) continue;
          const expected = all.filter((found) => found.offset >= from && found.offset < to)
            .filter((found) => key === undefined || found.key === key);
          assertEquals(got.offsets, expected.map(({ offset }) => offset));
          assertEquals(got.completed, true);
        }
      }
    }),
  );
});
