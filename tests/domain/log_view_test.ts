import { assertEquals } from "@std/assert";
import { LogView } from "../../domain/log_view.ts";
import type { Batch } from "../../domain/ports/log.ts";

const batch: Batch = { topic: "chat", partition: 1, from: 0, to: 5, high: 5, records: [], done: () => {} };
const record = { topic: "chat", partition: 1, offset: 0, time: 0, key: "k", value: null, headers: {} };

Deno.test("a partition that the tail reads without having asked is new, and all of it is for subscribers", () => {
  const view = new LogView({ offsets: 100, ms: 1_000 });
  // Followed before the log has told how many partitions there are.
  view.start({ topic: "chat", partition: 0 }, { low: 0, high: 3 });
  assertEquals(view.follow(batch).isLive(record), true);
});

Deno.test("a partition that was there at first is for subscribers from its end on", () => {
  const view = new LogView({ offsets: 100, ms: 1_000 });
  assertEquals(view.start({ topic: "chat", partition: 1 }, { low: 0, high: 5 }), 0);
  assertEquals(view.follow(batch).isLive(record), false);
});
