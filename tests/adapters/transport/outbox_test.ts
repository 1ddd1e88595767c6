import { assert, assertEquals, assertLess } from "@std/assert";
import { array, assert as check, integer, property } from "fast-check";
import { Outbox } from "../../../adapters/transport/outbox.ts";

Deno.test("an outbox gives every frame once, in order, in messages as full as their limit allows", () => {
  check(
    property(
      array(integer({ min: 0, max: 50 })),
      integer({ min: 1, max: 120 }),
      integer({ min: 0, max: 2 }),
      (sizes, max, separator) => {
        const outbox = new Outbox(separator);
        const frames = sizes.map((size) => new Uint8Array(size));
        for (const frame of frames) outbox.push(frame);
        const messages: (readonly Uint8Array[])[] = [];
        while (!outbox.empty) {
          messages.push(outbox.take(max));
        }
        assertEquals(outbox.bytes, 0);
        const given = messages.flat();
        assert(given.length === frames.length && given.every((frame, at) => frame === frames[at]));
        const bytes = (message: readonly Uint8Array[]) =>
          message.reduce((sum, frame) => sum + frame.length + separator, -separator);
        for (const [at, message] of messages.entries()) {
          if (message.length > 1) assertLess(bytes(message), max);
          const next = messages[at + 1];
          if (next) assert(bytes([...message, next[0]!]) >= max);
        }
      },
    ),
  );
});

Deno.test("frames that are pushed between two takes come after the others, and its size counts their separators", () => {
  const outbox = new Outbox(1);
  const frames = [1, 2, 3, 4].map((size) => new Uint8Array(size));
  outbox.push(frames[0]!);
  outbox.push(frames[1]!);
  outbox.push(frames[2]!);
  assertEquals(outbox.bytes, 9);
  assertEquals(outbox.take(5), frames.slice(0, 2));
  outbox.push(frames[3]!);
  assertEquals([outbox.bytes, outbox.empty], [9, false]);
  assertEquals(outbox.take(100), frames.slice(2));
  assertEquals([outbox.bytes, outbox.empty], [0, true]);
  outbox.push(frames[0]!);
  outbox.clear();
  assertEquals([outbox.bytes, outbox.empty], [0, true]);
});
