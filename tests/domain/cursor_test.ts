import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { formatCursor, parseCursor, recordCheck } from "../../domain/cursor.ts";

const cursors = fc.record({
  partitions: fc.integer({ min: 1, max: 100_000 }),
  partition: fc.nat(99_999),
  offset: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER - 1 }),
  index: fc.nat(999_999),
  check: fc.nat(0xffffffff),
}).map((cursor) => ({ ...cursor, partition: cursor.partition % cursor.partitions }));

Deno.test("every cursor is parsed from its own text", () => {
  fc.assert(fc.property(cursors, (cursor) => assertEquals(parseCursor(formatCursor(cursor)), cursor)));
});

Deno.test("the text of a cursor has at most 64 characters", () => {
  fc.assert(fc.property(cursors, (cursor) => formatCursor(cursor).length <= 64));
});

Deno.test("no other text is a cursor", () => {
  for (
    const text of [
      "",
      "earliest",
      "2.1.0.0.0.1",
      "1.0.0.0.0.1",
      "1.1.1.0.0.1",
      "1.2.0.-2.0.1",
      "1.2.0.01.0.1",
      "1.2.0.9999999999999999.0.1",
      "1.2.0.5.0.zzzzzzz",
      "1.2.0.5.0.1\n",
      "1.2.0.5.0",
      "1.2.0.5.0.1.7",
      "1.2.0.5.0.A",
    ]
  ) assertEquals(parseCursor(text), undefined, text);
});

Deno.test("arbitrary text never makes a cursor that formats differently", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const cursor = parseCursor(text);
    return cursor === undefined || formatCursor(cursor) === text;
  }));
});

Deno.test("the check of a record tells its timestamp and its key", () => {
  const check = recordCheck({ time: 1_763_830_000_000, key: "lobby" });
  assertEquals(check, recordCheck({ time: 1_763_830_000_000, key: "lobby" }));
  assertNotEquals(check, recordCheck({ time: 1_763_830_000_001, key: "lobby" }));
  assertNotEquals(check, recordCheck({ time: 1_763_830_000_000, key: "lobbz" }));
  assertNotEquals(check, recordCheck({ time: 1_763_830_000_000, key: null }));
  assertNotEquals(recordCheck({ time: -1, key: null }), 0);
});
