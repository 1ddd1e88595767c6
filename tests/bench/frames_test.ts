import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { clientFrame, OPCODES, takeFrames } from "../../bench/load/frames.ts";

/** A frame as a server sends it: not masked. */
function serverFrame(payload: Uint8Array, { opcode = 2, fin = true } = {}): Uint8Array {
  const { length } = payload;
  const head = [(fin ? 0x80 : 0) | opcode];
  if (length < 126) head.push(length);
  else if (length < 65_536) head.push(126, length >> 8, length & 0xff);
  else head.push(127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff);
  return new Uint8Array([...head, ...payload]);
}

Deno.test("frames: however a stream is cut, each message is taken once and whole", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(200), fc.constantFrom(125, 126, 127, 65_535, 65_536)), { maxLength: 5 }),
      fc.integer({ min: 1, max: 70_000 }),
      (lengths, step) => {
        const stream = lengths.flatMap((length, at) => [...serverFrame(new Uint8Array(length).fill(at))]);
        const bytes = new Uint8Array(100_000);
        const taken: [number, number][] = [];
        let rest = 0;
        for (let at = 0; at < stream.length;) {
          const more = stream.slice(at, at + Math.min(step, bytes.length - rest));
          bytes.set(more, rest);
          rest += more.length;
          at += more.length;
          const end = takeFrames(bytes, rest, (_, all, { from, to }) => taken.push([to - from, all[from] ?? -1]));
          bytes.copyWithin(0, end, rest);
          rest -= end;
        }
        assertEquals(rest, 0);
        assertEquals(taken.map(([length]) => length), lengths);
        assertEquals(taken.every(([length, first], at) => length === 0 || first === at), true);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("frames: a message for which there is no room is refused, and so is a part of one", () => {
  const large = new Uint8Array(64);
  large.set(serverFrame(new Uint8Array(100)).subarray(0, 64));
  assertThrows(() => takeFrames(large, 64, () => {}), Error, "of 100 bytes");
  const part = serverFrame(new Uint8Array(3), { fin: false });
  assertThrows(() => takeFrames(part, part.length, () => {}), Error, "fragmented");
});

Deno.test("frames: a client's frame is masked and says its length", () => {
  for (const length of [0, 125, 126, 65_535]) {
    const payload = new Uint8Array(length).fill(7);
    const frame = clientFrame(OPCODES.text, payload);
    assertEquals(frame[0], 0x81);
    assertEquals(frame[1]! & 0x80, 0x80);
    assertEquals(frame.subarray(frame.length - length), payload);
  }
});
