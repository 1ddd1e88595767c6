import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Decoded } from "../../../domain/frame.ts";
import { capnpCodec } from "../../../schema/mod.ts";
import { encodeClientFrame } from "../../../schema/capnp/client.ts";
import { allMessages } from "../../../schema/capnp/framing.ts";
import { Malformed } from "../../../schema/capnp/malformed.ts";
import { validate } from "../../../schema/capnp/validate.ts";
import { holds } from "../../holds.ts";
import { clientFrame } from "../frames.ts";
import { framed, listPointer, structPointer, words } from "./words.ts";

/** A seeded source of numbers below 2^32 (xorshift), the same on every machine. */
function randomOf(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function isFatal(decoded: readonly Decoded[]): boolean {
  return decoded.at(-1)?.kind === "fatal";
}

/** The shortest time of some runs, in milliseconds: the others may have been the machine's doing. */
function bestOf(runs: number, run: () => unknown): number {
  return Math.min(...Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }));
}

const OF_64_KIB = 8190;

/** Messages that ask for more than they are worth. */
const bombs: Record<string, Uint8Array> = {
  "four bytes that make a careless reader allocate 21 s long": new Uint8Array([0xcc, 0x58, 0x52, 0xa9]),
  "2^27 segments": words(0x07ffffffn),
  "2^32 segments": words(0xffffffffn, 0n),
  "a segment of 2^32 words": words(0xffffffff_00000000n, 0n),
  "a table of segments that is cut short": words(5n, 0n),
  "no segment": words(0n),
  "no root": framed(0n),
  "a root that is a list": framed(listPointer({ offset: 0, element: 2, count: 8 }), 0n),
  "a root that is a capability": framed(3n),
  "a root that is far": framed(2n),
  "a far pointer to its own segment": framed(structPointer({ offset: 0, pointers: 1 }), 2n),
  "a struct out of bounds": framed(structPointer({ offset: 100, dataWords: 1 })),
  "a struct before the message": framed(structPointer({ offset: -10, dataWords: 1 })),
  "a struct larger than the message": framed(structPointer({ offset: 0, dataWords: 0xffff, pointers: 0xffff }), 0n),
  "a list out of bounds": framed(
    structPointer({ offset: 0, pointers: 1 }),
    listPointer({ offset: 0, element: 5, count: 9 }),
  ),
  "a list of 2^29 bytes": framed(
    structPointer({ offset: 0, pointers: 1 }),
    listPointer({ offset: 0, element: 2, count: 2 ** 29 - 1 }),
    0n,
  ),
  "a list of 2^29 elements without size": framed(
    structPointer({ offset: 0, pointers: 1 }),
    listPointer({ offset: -1, element: 0, count: 2 ** 29 - 1 }),
  ),
  "2^30 structs without size": framed(
    structPointer({ offset: 0, pointers: 1 }),
    listPointer({ offset: 0, element: 7, count: 0 }),
    structPointer({ offset: -1 }) & ~0xffffffffn | 0xfffffffcn,
  ),
  "structs that are larger than their list": framed(
    structPointer({ offset: 0, pointers: 1 }),
    listPointer({ offset: 0, element: 7, count: 1 }),
    4n | 0xffff0000_00000000n,
    0n,
  ),
  "a pointer to itself": framed(structPointer({ offset: -1, pointers: 1 })),
  "a loop": framed(structPointer({ offset: 0, pointers: 1 }), structPointer({ offset: -1, pointers: 1 })),
  "a chain": framed(...Array<bigint>(OF_64_KIB).fill(structPointer({ offset: 0, pointers: 1 })), 0n),
  "pointers to one place": framed(
    structPointer({ offset: 0, pointers: OF_64_KIB / 2 }),
    ...Array.from(
      { length: OF_64_KIB / 2 },
      (_, at) => listPointer({ offset: OF_64_KIB / 2 - at - 1, element: 5, count: OF_64_KIB / 2 }),
    ),
    ...Array<bigint>(OF_64_KIB / 2).fill(1n),
  ),
  "lists of lists of lists to one place": framed(
    structPointer({ offset: 0, pointers: 1 }),
    ...Array.from({ length: 6 }, (_, level) => {
      const first = listPointer({ offset: 0, element: 6, count: 1000 });
      const others = Array.from(
        { length: 999 },
        (_, at) => listPointer({ offset: level === 5 ? -1 : 999 - at - 1, element: 6, count: 1000 }),
      );
      return level === 0 ? [first, ...others] : others.concat(first);
    }).flat(),
  ),
  "a text without its final zero": framed(
    structPointer({ offset: 0, dataWords: 1, pointers: 1 }),
    0x2_00000000n,
    structPointer({ offset: 0, pointers: 1 }),
    listPointer({ offset: 0, element: 2, count: 8 }),
    0x6161616161616161n,
  ),
  "a text of no bytes": framed(
    structPointer({ offset: 0, dataWords: 1, pointers: 1 }),
    0x2_00000000n,
    structPointer({ offset: 0, pointers: 1 }),
    listPointer({ offset: 0, element: 2, count: 0 }),
  ),
  "a text that is not UTF-8": framed(
    structPointer({ offset: 0, dataWords: 1, pointers: 1 }),
    0x2_00000000n,
    structPointer({ offset: 0, pointers: 1 }),
    listPointer({ offset: 0, element: 2, count: 3 }),
    0x80ffn,
  ),
  "a text that is a struct": framed(
    structPointer({ offset: 0, dataWords: 1, pointers: 1 }),
    0x2_00000000n,
    structPointer({ offset: 0, pointers: 1 }),
    structPointer({ offset: 0, dataWords: 1 }),
    0n,
  ),
  "bytes after the last message": new Uint8Array([...encodeClientFrame({ type: "ping", id: 1 }), 0, 0, 0]),
};

for (const [name, bomb] of Object.entries(bombs)) {
  Deno.test(`capnp: ${name} ends the connection with 4500, in under 10 ms`, () => {
    const last = capnpCodec.decode(bomb).at(-1)!;
    assert(last.kind === "fatal", JSON.stringify(last));
    assertEquals([last.disconnect.code, last.disconnect.name], [4500, "bad_frame"]);
    assert(new TextEncoder().encode(last.disconnect.detail).length <= 100, last.disconnect.detail);
    assert(bestOf(5, () => capnpCodec.decode(bomb)) < 10);
  });
}

Deno.test("capnp: a packed message is refused", () => {
  // The packed form of a ping, as `capnp encode --packed` writes it.
  const packed = new Uint8Array([0x10, 0x04, 0x50, 0x01, 0x01, 0x11, 0x07, 0x06, 0x00, 0x00]);
  assert(isFatal(capnpCodec.decode(packed)));
});

Deno.test("capnp: what comes before malformed bytes is carried out, and nothing after them", () => {
  const ping = encodeClientFrame({ type: "ping", id: 1 });
  const message = capnpCodec.join([ping, bombs["a loop"]!, ping]);
  assertEquals(capnpCodec.decode(message).map(({ kind }) => kind), ["frame", "fatal"]);
});

Deno.test("capnp: validating reaches no more words than there are", () => {
  holds(fc.property(clientFrame, (frame) => {
    for (const segment of allMessages(encodeClientFrame(frame))) {
      const reached = validate(segment);
      assert(reached >= 1 && reached <= segment.words);
    }
  }));
  assertThrows(() => allMessages(bombs["pointers to one place"]!), Malformed, "reached twice");
  assertThrows(() => allMessages(bombs["a chain"]!), Malformed, "more than 8");
});

Deno.test("capnp: 200,000 mutations throw nothing, cost no time and keep no memory", () => {
  const seed = Number(Deno.env.get("SEED") ?? 20_261_123);
  const random = randomOf(seed);
  const samples = fc.sample(clientFrame, { numRuns: 400, seed }).map(encodeClientFrame);
  let fatal = 0;
  const slow: Uint8Array[] = [];
  let worst = 0;
  let heapAfterWarmUp = 0;
  for (let run = 0; run < 200_000; run++) {
    const message = mutated(samples, random);
    const start = performance.now();
    const decoded = capnpCodec.decode(message);
    const ms = performance.now() - start;
    if (ms > 10) slow.push(message);
    worst = Math.max(worst, ms);
    const at = decoded.findIndex(({ kind }) => kind === "fatal");
    assert(at === -1 || at === decoded.length - 1, `seed ${seed}, run ${run}`);
    if (at !== -1) fatal++;
    if (run === 20_000) heapAfterWarmUp = Deno.memoryUsage().heapUsed;
  }
  const grown = (Deno.memoryUsage().heapUsed - heapAfterWarmUp) / 2 ** 20;
  console.log(
    `  seed ${seed}: ${fatal} fatal, worst ${worst.toFixed(2)} ms, ${slow.length} over 10 ms, heap ${
      grown.toFixed(1)
    } MiB more`,
  );
  // Both kinds are met often, or the mutations would show nothing.
  assert(fatal > 20_000 && fatal < 190_000, `${fatal}`);
  // A pause of the machine or of its garbage collector is not the decoder's: the same input is not slow again and again.
  for (const message of slow) assert(bestOf(20, () => capnpCodec.decode(message)) < 10, `${message}`);
  assert(grown < 128, `${grown} MiB`);
});

/** A message of the samples, with some bits, bytes or words changed, cut, or put together from two. */
function mutated(samples: readonly Uint8Array[], random: () => number): Uint8Array {
  let message = samples[random() % samples.length]!.slice();
  for (let changes = 1 + random() % 4; changes > 0; changes--) {
    const at = random() % message.length;
    switch (random() % 7) {
      case 0:
        message[at]! ^= 1 << random() % 8;
        break;
      case 1:
        message[at] = random();
        break;
      case 2:
        new DataView(message.buffer).setUint32(Math.min(at & ~3, message.length - 4), random(), true);
        break;
      case 3: {
        const word = (random() % (message.length / 8 >>> 0 || 1)) * 8;
        message.copyWithin(at & ~7, word, word + 8);
        break;
      }
      case 4:
        message = message.slice(0, Math.max(8, random() % 3 === 0 ? at : at & ~7));
        break;
      case 5:
        message = new Uint8Array([...message, ...samples[random() % samples.length]!]);
        break;
      case 6:
        message[at & ~7] = random() % 9;
    }
  }
  return message;
}
