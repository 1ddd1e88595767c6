import { assert, assertEquals, assertInstanceOf, assertLess, assertRejects } from "@std/assert";
import fc from "fast-check";
import lz4 from "lz4js";
import { gzipSync, zstdCompressSync } from "node:zlib";
import snappy from "snappyjs";
import { inflate, InflateError } from "../../../adapters/kafka/compression.ts";
import { type ForeignCodec, foreignProduce } from "../../kafka/foreign_produce.ts";
import { kafkaForFile, kafkaTest } from "../../kafka/kafka_test_case.ts";
import { freshTopic, readTopic } from "../../kafka/topics.ts";

const kafka = kafkaForFile();

/** Writers that are not ours, by Kafka's number of the codec. */
const WRITERS: Record<string, { codec: number; write: (bytes: Uint8Array) => Uint8Array }> = {
  gzip: { codec: 1, write: gzipSync },
  "snappy block": { codec: 2, write: (bytes) => snappy.compress(bytes) },
  "snappy xerial": { codec: 2, write: xerial },
  lz4: { codec: 3, write: (bytes) => Uint8Array.from(lz4.compress(bytes)) },
  zstd: { codec: 4, write: zstdCompressSync },
};

/** The Java library's framing: blocks of 32 KiB. */
function xerial(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [new Uint8Array([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < bytes.length; at += 32 * 1024) {
    const block = snappy.compress(bytes.subarray(at, at + 32 * 1024)) as Uint8Array;
    const size = new Uint8Array(4);
    new DataView(size.buffer).setInt32(0, block.length);
    parts.push(size, block);
  }
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Bytes that compress somewhat: runs, repeats and noise. */
const content = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(255), fc.nat(5000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(200)).map(([piece, times]) =>
      new Uint8Array(piece.length * times).map((_, at) => piece[at % piece.length]!)
    ),
  ),
  { maxLength: 20 },
).map((parts) => new Uint8Array(parts.flatMap((part) => [...part])));

for (const [name, { codec, write }] of Object.entries(WRITERS)) {
  Deno.test(`inflates what another ${name} writer wrote`, async () => {
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        assertEquals(await inflate(codec, write(bytes)), bytes);
      }),
      { numRuns: 100 },
    );
  });

  Deno.test(`refuses a ${name} batch that grows over the bound`, async () => {
    const bytes = new Uint8Array(100_000).map((_, at) => at % 50);
    assertEquals((await inflate(codec, write(bytes), bytes.length)).length, bytes.length);
    const error = await assertRejects(() => inflate(codec, write(bytes), bytes.length - 1), InflateError);
    assertEquals(error.kind, "too_large");
    assertEquals(error.message.includes("99999"), true);
  });

  Deno.test(`refuses a ${name} batch that is cut, wherever`, async () => {
    const whole = write(new Uint8Array(3000).map((_, at) => at * at % 251));
    for (let length = 0; length < whole.length; length += 1 + Math.floor(length / 20)) {
      // A cut between two framed blocks is not to be seen: who reads the records sees it.
      if (name === "snappy xerial" && length === 16) continue;
      await assertRejects(() => inflate(codec, whole.slice(0, length)), InflateError);
    }
  });

  Deno.test(`gives bytes or an InflateError for a ${name} batch with flipped bits, in bounded memory`, async () => {
    const whole = write(new Uint8Array(4000).map((_, at) => at * at % 251));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length * 8 - 1), { minLength: 1, maxLength: 4 }), async (bits) => {
        const bytes = whole.slice();
        for (const bit of bits) bytes[bit >> 3]! ^= 1 << (bit & 7);
        try {
          const inflated = await inflate(codec, bytes, 1_000_000);
          assert(inflated.length <= 1_000_000);
        } catch (error) {
          assertInstanceOf(error, InflateError);
        }
      }),
      { numRuns: 300 },
    );
  });

  Deno.test(`lets the event loop turn while a ${name} bomb inflates`, async () => {
    const bomb = write(new Uint8Array(200 * 1024 * 1024));
    let last = performance.now();
    let longest = 0;
    const turn = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const timer = setInterval(turn, 1);
    const error = await assertRejects(() => inflate(codec, bomb), InflateError);
    clearInterval(timer);
    turn();
    assertEquals(error.kind, "too_large");
    assertLess(longest, 1_000);
  });
}

Deno.test("refuses junk in every codec", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.uint8Array({ maxLength: 200 }), async (codec, bytes) => {
      try {
        await inflate(codec, bytes, 100_000);
      } catch (error) {
        assertInstanceOf(error, InflateError);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("names a codec that there is not", async () => {
  const error = await assertRejects(() => inflate(5, new Uint8Array([1])), InflateError, "codec 5");
  assertEquals(error.kind, "unsupported");
});

Deno.test("reads an lz4 frame whose blocks depend on the ones before", async () => {
  // Block 1: four literals. Block 2: a match of 8 that starts 4 back, in block 1; then the last literal.
  const frame = new Uint8Array([
    ...[0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0],
    ...[5, 0, 0, 0, 0x40, 1, 2, 3, 4],
    ...[5, 0, 0, 0, 0x04, 4, 0, 0x10, 9],
    ...[0, 0, 0, 0],
  ]);
  assertEquals(await inflate(3, frame), new Uint8Array([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 9]));
});

for (const codec of ["none", "gzip", "snappy", "lz4", "zstd"] satisfies ForeignCodec[]) {
  kafkaTest(`reads what the Java producer wrote with ${codec}`, async () => {
    const lines = Array.from({ length: 500 }, (_, at) => `key-${at % 7}\t${"value ".repeat(at % 40)}${at}`);
    const topic = await freshTopic(kafka());
    await foreignProduce(kafka(), { topic, codec, lines });
    const read = (await readTopic(kafka(), topic)).map(({ key, value }) => `${key}\t${value}`);
    assertEquals(read, lines);
  });
}
