import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { headerText } from "../../../../domain/log_record.ts";
import { inflate } from "../../../../adapters/kafka/compression.ts";
import type { FetchedPartition } from "../../../../adapters/kafka/wire/fetch.ts";
import { WireError } from "../../../../adapters/kafka/wire/reader.ts";
import { readBatches, type Wanted } from "../../../../adapters/kafka/wire/record_batches.ts";
import { buildBatch, concat } from "./batch_builder.ts";

const utf8 = new TextDecoder();

function fetched(records: Uint8Array, aborted: FetchedPartition["aborted"] = []): FetchedPartition {
  return { partition: 3, error: 0, high: 1_000, low: 0, divergesAt: undefined, aborted, records };
}

function read(records: Uint8Array, wanted: Partial<Wanted> = {}, aborted: FetchedPartition["aborted"] = []) {
  return readBatches(fetched(records, aborted), {
    topic: "chat",
    partition: 3,
    from: 0,
    to: Infinity,
    inflate,
    ...wanted,
  });
}

function batchOf(start: number, ...values: string[]) {
  return buildBatch({ start, records: values.map((value, delta) => ({ delta, value })) });
}

async function textsOf(records: Uint8Array, wanted: Partial<Wanted> = {}) {
  return (await read(records, wanted)).records.map((record) => `${record.offset}=${utf8.decode(record.value!)}`);
}

Deno.test("a record comes back with its key, value, headers, offset and time", async () => {
  const { records, next, epoch } = await read(buildBatch({
    start: 40,
    epoch: 7,
    time: 1_763_830_000_000,
    records: [{
      delta: 2,
      timeDelta: -5,
      key: "größe",
      value: "v",
      headers: [["a", "1"], ["a", "2"], ["__proto__", "p"], ["none", null]],
    }],
  }));
  assertEquals({ next, epoch }, { next: 43, epoch: 7 });
  const [record] = records;
  assertEquals({ ...record, headers: 0, value: 0 }, {
    topic: "chat",
    partition: 3,
    offset: 42,
    time: 1_763_829_999_995,
    key: "größe",
    value: 0,
    headers: 0,
  });
  assertEquals(Object.keys(record!.headers), ["a", "__proto__", "none"]);
  assertEquals(["a", "__proto__", "none"].map((name) => headerText(record!.headers, name)), ["2", "p", ""]);
});

Deno.test("a null key and a tombstone are null, empty ones are empty", async () => {
  const { records } = await read(buildBatch({ start: 0, records: [{ delta: 0 }, { delta: 1, key: "", value: "" }] }));
  assertEquals(records.map(({ key, value }) => [key, value?.length]), [[null, undefined], ["", 0]]);
});

Deno.test("the broker's time, where it sets it, is the time of every record", async () => {
  const bytes = buildBatch({
    start: 0,
    appendTime: true,
    maxTime: 9_999,
    records: [{ delta: 0 }, { delta: 1, timeDelta: 3 }],
  });
  assertEquals((await read(bytes)).records.map(({ time }) => time), [9_999, 9_999]);
});

Deno.test("records do not share memory with the response", async () => {
  const bytes = batchOf(0, "value");
  const { records } = await read(bytes);
  assert(records[0]!.value!.buffer !== bytes.buffer);
});

Deno.test("records before and after the wanted offsets are left out", async () => {
  const bytes = concat(batchOf(10, "a", "b", "c"), batchOf(13, "d", "e"), batchOf(15, "f"));
  assertEquals(await textsOf(bytes, { from: 11, to: 14 }), ["11=b", "12=c", "13=d"]);
  assertEquals((await read(bytes, { from: 11, to: 14 })).next, 14);
});

Deno.test("a hole up to the wanted end is covered", async () => {
  const { records, next } = await read(batchOf(50, "x"), { from: 10, to: 20 });
  assertEquals({ records, next }, { records: [], next: 20 });
});

Deno.test("only the wanted key is read, the others are holes", async () => {
  const bytes = buildBatch({
    start: 0,
    records: [{ delta: 0, key: "k", value: "1" }, { delta: 1, key: "other" }, { delta: 2 }, {
      delta: 3,
      key: "k",
      value: "2",
    }],
  });
  const { records, next } = await read(bytes, { key: "k" });
  assertEquals(records.map(({ offset }) => offset), [0, 3]);
  assertEquals(next, 4);
});

Deno.test("a batch that is cut short waits for the next fetch", async () => {
  const whole = batchOf(0, "a");
  const cut = batchOf(1, "bbbbbbbbbb");
  for (const size of [1, 16, 20, 60, cut.length - 1]) {
    const { records, next } = await read(concat(whole, cut.subarray(0, size)));
    assertEquals({ count: records.length, next }, { count: 1, next: 1 });
  }
  assertEquals((await read(cut.subarray(0, 30), { from: 1 })).next, 1);
});

Deno.test("a batch that compaction emptied is a hole", async () => {
  const { records, next } = await read(buildBatch({ start: 5, lastDelta: 9, records: [] }), { from: 5 });
  assertEquals({ records, next }, { records: [], next: 15 });
});

Deno.test("compressed records are read", async () => {
  const bytes = buildBatch({ start: 0, codec: 1, records: [{ delta: 0, value: "packed" }] });
  assertEquals(await textsOf(bytes), ["0=packed"]);
});

Deno.test("a batch that cannot be read is skipped and counted, what follows it is read", async () => {
  const bad = { start: 1, records: [{ delta: 0 }, { delta: 1 }, { delta: 2 }] };
  const truncated = buildBatch({ ...bad, lastDelta: 2 });
  // The first record claims to be longer than the batch.
  truncated[61] = 126;
  const unreadable = [
    buildBatch({ ...bad, codec: 4 }),
    buildBatch({ ...bad, codec: 6 }),
    truncated,
  ];
  for (const batch of unreadable) {
    const { records, next, unreadable, reason } = await read(concat(batchOf(0, "a"), batch, batchOf(4, "b")));
    assertEquals(records.map(({ offset }) => offset), [0, 4]);
    assertEquals({ next, unreadable }, { next: 5, unreadable: 3 });
    assertStringIncludes(reason!, "offsets 1 to 3");
  }
});

Deno.test("a message of before Kafka 0.11 is skipped and counted", async () => {
  const { next, unreadable } = await read(concat(buildBatch({ start: 0, magic: 1, records: [] }), batchOf(1, "b")));
  assertEquals({ next, unreadable }, { next: 2, unreadable: 1 });
});

Deno.test("transaction markers and aborted records are holes, committed ones are not", async () => {
  const inside = { transactional: true, records: [{ delta: 0, value: "t" }] };
  const marker = { transactional: true, control: true, records: [{ delta: 0, key: "\0\0\0\0" }] };
  const bytes = concat(
    buildBatch({ ...inside, start: 0, producer: 1n }),
    buildBatch({ ...inside, start: 1, producer: 2n }),
    buildBatch({ start: 2, producer: 1n, records: [{ delta: 0, value: "plain" }] }),
    buildBatch({ ...marker, start: 3, producer: 1n }),
    buildBatch({ ...marker, start: 4, producer: 2n }),
    buildBatch({ ...inside, start: 5, producer: 1n }),
    buildBatch({ ...marker, start: 6, producer: 1n }),
  );
  const { records, next } = await read(bytes, {}, [{ producer: 1n, first: 0 }]);
  assertEquals(records.map(({ offset }) => offset), [1, 2, 5]);
  assertEquals(next, 7);
});

Deno.test("bytes that are no batches are an error, not a loop", async () => {
  for (const size of [-1, 0, 5]) {
    const bytes = batchOf(0, "a");
    new DataView(bytes.buffer).setInt32(8, size);
    await assertRejects(() => read(bytes), WireError, "Cannot tell record batches apart");
  }
});

Deno.test("ten thousand damaged responses are read or refused, never anything else", async () => {
  const bytes = concat(
    batchOf(0, "abc", "def"),
    buildBatch({ start: 2, codec: 1, records: [{ delta: 0, value: "z" }] }),
  );
  let state = 12345;
  const random = (below: number) => (state = Math.imul(state, 1103515245) + 12345 >>> 0) % below;
  for (let run = 0; run < 10_000; run++) {
    const damaged = bytes.slice();
    for (let at = 0; at <= random(3); at++) damaged[random(damaged.length)] = random(256);
    try {
      const { next, records } = await read(damaged);
      const offsets = [-1, ...records.map(({ offset }) => offset), next];
      assert(
        offsets.every((offset, at) => at === 0 || offset > offsets[at - 1]! || offset === next),
        `run ${run}: ${offsets}`,
      );
    } catch (error) {
      assert(error instanceof WireError, `run ${run}: ${error}`);
    }
  }
});
