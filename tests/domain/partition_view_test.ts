import { assertEquals } from "@std/assert";
import { parseCursor, recordCheck } from "../../domain/cursor.ts";
import { LogView } from "../../domain/log_view.ts";
import type { StoredRecord } from "../../domain/log_record.ts";
import { PartitionView } from "../../domain/partition_view.ts";
import type { Batch, LogState } from "../../domain/ports/log.ts";

const SIZE = { offsets: 10, ms: 1_000 };
const record = (offset: number): StoredRecord => ({
  topic: "chat",
  partition: 0,
  offset,
  time: offset,
  key: "k",
  value: null,
  headers: {},
});
const batch = (from: number, to: number, more: Partial<Batch> = {}): Batch => ({
  topic: "chat",
  partition: 0,
  from,
  to,
  high: to,
  records: [],
  done() {},
  ...more,
});

Deno.test("a view begins one window before the end, and serves when it has come to where the end was", () => {
  const view = new PartitionView(0, { range: { low: 0, high: 100 }, fresh: false, size: SIZE });
  assertEquals([view.next, view.serving, view.exactFrom], [90, false, 100]);
  view.take(record(99), false);
  assertEquals([view.serving, view.isLive(record(99)), view.isLive(record(100))], [true, false, true]);
});

Deno.test("a view of a short partition begins at its low end, and knows all of it", () => {
  const view = new PartitionView(0, { range: { low: 3, high: 5 }, fresh: false, size: SIZE });
  assertEquals([view.next, view.exactFrom], [3, 3]);
});

Deno.test("an empty partition serves at once", () => {
  const view = new PartitionView(0, { range: { low: 7, high: 7 }, fresh: false, size: SIZE });
  assertEquals([view.serving, view.next, parseCursor(view.cursor(6))?.offset], [true, 7, 6]);
});

Deno.test("a partition that appeared later is for subscribers from its low end on", () => {
  const view = new PartitionView(0, { range: { low: 0, high: 50 }, fresh: true, size: SIZE });
  assertEquals([view.next, view.serving, view.isLive(record(0))], [0, true, true]);
});

Deno.test("the cursor is of the last record, also after holes", () => {
  const view = new PartitionView(2, { range: { low: 0, high: 0 }, fresh: false, size: SIZE });
  view.take(record(4), false);
  view.end(batch(0, 9));
  assertEquals(view.next, 9);
  const expected = { partitions: 6, partition: 2, offset: 4, index: 0, check: recordCheck(record(4)) };
  assertEquals(parseCursor(view.cursor(6)), expected);
});

Deno.test("what the log expired is not known any more", () => {
  const view = new PartitionView(0, { range: { low: 0, high: 0 }, fresh: false, size: SIZE });
  view.take(record(0), true);
  view.end(batch(1, 20, { lost: "expired" }));
  assertEquals([view.next, view.exactFrom, parseCursor(view.cursor(1))?.check], [20, 20, 0]);
});

Deno.test("a log that was made anew is begun anew", () => {
  const view = new PartitionView(0, { range: { low: 0, high: 50 }, fresh: false, size: SIZE });
  view.window.take({ key: "c", sender: "s", messageId: "m", offset: 49, time: 49 });
  view.take(record(49), false);
  view.end(batch(50, 0, { lost: "log_changed" }));
  assertEquals([view.next, view.serving, view.exactFrom, view.window.length], [0, true, 0, 0]);
});

Deno.test("only so many duplicates are remembered, and what is forgotten is not claimed to be known", () => {
  const view = new PartitionView(0, { range: { low: 0, high: 0 }, fresh: false, size: SIZE });
  for (let offset = 0; offset <= 100_000; offset++) view.take(record(offset), true);
  assertEquals([view.exactFrom, view.isDuplicate(0), view.isDuplicate(1)], [1, false, true]);
});

Deno.test("a log serves when every partition of its topics does", () => {
  const log = new LogView(SIZE);
  const state = (partitions: number): LogState => ({
    available: true,
    topics: new Map([["chat", { partitions, durability: "weak" }]]),
  });
  assertEquals(log.servesAll(["chat"]), false);
  log.learn(state(2));
  log.start({ topic: "chat", partition: 0 }, { low: 0, high: 0 });
  assertEquals(log.servesAll(["chat"]), false);
  log.start({ topic: "chat", partition: 1 }, { low: 0, high: 1 });
  assertEquals(log.servesAll(["chat"]), false);
  log.follow(batch(0, 1, { partition: 1 })).end(batch(0, 1, { partition: 1 }));
  assertEquals(log.servesAll(["chat"]), true);
  log.learn(state(3));
  assertEquals(log.servesAll(["chat"]), false);
  assertEquals(log.start({ topic: "chat", partition: 2 }, { low: 0, high: 100 }), 0);
  assertEquals(log.servesAll(["chat"]), true);
});
