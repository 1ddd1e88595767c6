import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { crc32c } from "../../../../adapters/kafka/wire/crc32c.ts";
import { produce } from "../../../../adapters/kafka/wire/produce.ts";
import { readBatches } from "../../../../adapters/kafka/wire/record_batches.ts";
import { encodeTail, varintLength, writeVarint } from "../../../../adapters/kafka/wire/record_tail.ts";
import {
  BATCH_OVERHEAD,
  batchLength,
  RECORD_OVERHEAD,
  writeBatch,
} from "../../../../adapters/kafka/wire/write_batch.ts";
import { WireReader } from "../../../../adapters/kafka/wire/reader.ts";

const text = (value: string) => new TextEncoder().encode(value);
const NO_READ = { high: 0, low: 0, divergesAt: undefined, aborted: [], partition: 0, error: 0 };

const records = fc.array(
  fc.record({
    key: fc.option(fc.string({ unit: "binary", maxLength: 200 })),
    value: fc.option(fc.uint8Array({ maxLength: 300 })),
    headers: fc.dictionary(
      fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
      fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc.array(fc.uint8Array({ maxLength: 5 }), { minLength: 2, maxLength: 3 }),
      ),
      { maxKeys: 4 },
    ),
  }),
  { minLength: 1, maxLength: 200 },
);

Deno.test("the checksum is CRC-32C, wherever the bytes begin", () => {
  assertEquals(crc32c(text("123456789"), 0), 0xe3069283);
  assertEquals(crc32c(text("...123456789"), 3), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32), 0), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(255), 0), 0x62a8ab43);
  assertEquals(crc32c(new Uint8Array(), 0), 0);
});

Deno.test("a batch that was written reads as the same records, in the room that was asked for", async () => {
  await fc.assert(
    fc.asyncProperty(records, fc.nat(2 ** 31 - 300), async (given, sequence) => {
      const tails = given.map(encodeTail);
      const batch = { tails, producer: { id: 77n, epoch: 3 }, sequence, time: 1_763_830_000_123 };
      const size = batchLength(batch);
      const bytes = new Uint8Array(size + 20);
      assertEquals(writeBatch(bytes, 10, batch), 10 + size);
      assert(size <= tails.reduce((sum, tail) => sum + tail.length + RECORD_OVERHEAD, BATCH_OVERHEAD));
      assertEquals([...bytes.slice(0, 10), ...bytes.slice(10 + size)], Array(20).fill(0));

      const read = await readBatches({ ...NO_READ, records: bytes.slice(10, 10 + size) }, {
        topic: "t",
        partition: 0,
        from: 0,
        to: Number.MAX_SAFE_INTEGER,
        inflate: () => Promise.reject(new Error("not compressed")),
      });
      assertEquals(read.unreadable, 0, read.reason);
      assertEquals(
        read.records,
        given.map((one, offset) => ({ topic: "t", partition: 0, offset, time: 1_763_830_000_123, ...one })),
      );
    }),
    { numRuns: 200 },
  );
});

Deno.test("a signed number is as long as was said, and reads as itself", () => {
  for (const value of [0, -1, 1, 63, 64, -64, -65, 8191, 8192, 2 ** 20, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)]) {
    const bytes = new Uint8Array(6);
    const end = writeVarint(bytes, 0, value);
    assertEquals(end, varintLength(value));
    assertEquals(new WireReader(bytes.subarray(0, end)).signedVarint(), value);
  }
});

Deno.test("a request names each topic once, and holds the batches of its partitions", () => {
  const batch = {
    tails: [encodeTail({ key: null, value: null, headers: {} })],
    producer: { id: 1n, epoch: 0 },
    time: 0,
  };
  const { body } = produce(8, {
    timeoutMs: 2400,
    batches: [
      { ...batch, topic: "a", partition: 1, sequence: 0 },
      { ...batch, topic: "bé", partition: 0, sequence: 5 },
      { ...batch, topic: "a", partition: 3, sequence: 9 },
    ],
  });
  const from = new WireReader(body);
  assertEquals([from.nullableString(), from.int16(), from.int32()], [null, -1, 2400]);
  const topics = from.array(() => ({
    name: from.string(),
    partitions: from.array(() => ({ partition: from.int32(), sequence: sequenceOf(from.sizedBytes()) })),
  }));
  assertEquals(from.remaining, 0);
  assertEquals(topics, [
    { name: "a", partitions: [{ partition: 1, sequence: 0 }, { partition: 3, sequence: 9 }] },
    { name: "bé", partitions: [{ partition: 0, sequence: 5 }] },
  ]);
});

function sequenceOf(batch: Uint8Array): number {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  assertEquals(view.getInt32(8), batch.length - 12);
  assertEquals(view.getUint32(17), crc32c(batch, 21));
  return view.getInt32(53);
}
