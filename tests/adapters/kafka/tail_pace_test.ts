import { assertEquals, assertLessOrEqual } from "@std/assert";
import { paceMs, type PastFetch } from "../../../adapters/kafka/tail_pace.ts";

const FETCH_BYTES = 1_000;

/** A wait after a fetch at 0 that brought so many bytes of two partitions. */
function paceAfter(bytes: readonly [number, number], times: Pick<PastFetch, "answeredAt" | "now">): number {
  const partitions = bytes.map((length, partition) => ({
    partition,
    error: 0,
    high: 0,
    low: 0,
    divergesAt: undefined,
    aborted: [],
    records: new Uint8Array(length),
  }));
  return paceMs({ topics: [{ topic: "chat", partitions }] }, { beganAt: 0, fetchBytes: FETCH_BYTES, ...times });
}

Deno.test("a fetch with records is followed by one that is the later the longer they took to be passed on", () => {
  assertEquals(paceAfter([100, 0], { answeredAt: 1, now: 1.25 }), 5 - 1.25);
  assertEquals(paceAfter([100, 0], { answeredAt: 1, now: 1.5 }), 10 - 1.5);
});

Deno.test("no fetch is put off for more than 15 ms after the one before began", () => {
  assertEquals(paceAfter([100, 100], { answeredAt: 1, now: 4 }), 15 - 4);
});

Deno.test("what came after a quiet time is followed at once", () => {
  assertLessOrEqual(paceAfter([100, 0], { answeredAt: 400, now: 402 }), 0);
});

Deno.test("a fetch without records is followed at once", () => {
  assertEquals(paceAfter([0, 0], { answeredAt: 1, now: 1.5 }), 0);
});

Deno.test("where there is more in one partition than a fetch brings, nothing is put off", () => {
  assertEquals(paceAfter([100, 501], { answeredAt: 1, now: 2 }), 0);
});
