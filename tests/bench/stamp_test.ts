import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { channelOf, findStamp, isStamp, numberOf, stampedValue, timeOf } from "../../bench/load/stamp.ts";

const encoder = new TextEncoder();

Deno.test("stamp: a value is JSON of the length that was asked for, and says what it was made of", () => {
  fc.assert(fc.property(
    fc.record({
      time: fc.integer({ min: 0, max: 9_999_999_999 }),
      channel: fc.integer({ min: 0, max: 9_999 }),
      number: fc.integer({ min: 1, max: 99_999_999 }),
    }),
    fc.integer({ min: 60, max: 300 }),
    (stamp, bytes) => {
      const value = stampedValue(stamp, { bytes });
      const read = encoder.encode(value);
      assertEquals(read.length, bytes);
      assert(JSON.parse(value).stamp);
      const at = findStamp(read, 0, { to: read.length });
      assertEquals({ time: timeOf(read, at), channel: channelOf(read, at), number: numberOf(read, at) }, stamp);
    },
  ));
});

Deno.test("stamp: too short a value is refused", () => {
  assertThrows(() => stampedValue({ time: 0, channel: 0, number: 1 }, { bytes: 20 }), RangeError, "of 20 bytes");
});

Deno.test("stamp: it is found behind other at signs, and not beyond the end of its message", () => {
  const value = stampedValue({ time: 5, channel: 1, number: 2 }, { bytes: 200 });
  const bytes = encoder.encode(`{"mail":"a@b.c~@~~","value":${value}}`);
  const at = findStamp(bytes, 0, { to: bytes.length });
  assert(isStamp(bytes, at));
  assertEquals(numberOf(bytes, at), 2);
  assertEquals(findStamp(bytes, 0, { to: at + 10 }), -1);
  assertEquals(findStamp(bytes, at + 1, { to: bytes.length }), -1);
});
