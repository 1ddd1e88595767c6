/** What reading and writing the log costs on the gateway's side: batches of Kafka's, the window of duplicates, the memory of the tail. */
import { RememberedPartition } from "../../adapters/log/memory_tail/remembered_partition.ts";
import { readBatches } from "../../adapters/kafka/wire/record_batches.ts";
import { encodeTail } from "../../adapters/kafka/wire/record_tail.ts";
import { batchLength, writeBatch } from "../../adapters/kafka/wire/write_batch.ts";
import { DuplicateWindow } from "../../domain/duplicate_window.ts";
import type { StoredRecord } from "../../domain/log_record.ts";
import { foreignRecord, publishedRecord } from "./records.ts";

const BATCH = 100;

/** What was made last, so that the making of it is not left out. */
export let kept: unknown;

const foreign = Array.from({ length: BATCH }, (_, at) => foreignRecord(`key-${at}`, at));
const published = Array.from({ length: BATCH }, (_, at) => publishedRecord(`key-${at}`, at));

Deno.bench({ name: "a copy of 25 kB alone", group: "100 records", baseline: true }, () => {
  kept = inForeign.slice();
});
const inForeign = batchOf(foreign.map(encodeTail));
const inPublished = batchOf(published.map(encodeTail));

Deno.bench("read a batch of another producer", { group: "100 records" }, async () => {
  kept = await readBatches(fetched(inForeign), WANTED);
});
Deno.bench("read a batch of publishes", { group: "100 records" }, async () => {
  kept = await readBatches(fetched(inPublished), WANTED);
});
Deno.bench("write a batch of publishes", { group: "100 records" }, () => {
  kept = batchOf(published.map(encodeTail));
});

const window = new DuplicateWindow({ offsets: 100_000, ms: 600_000 });
let offset = 0;
Deno.bench("take into a window of 100,000", { group: "100 records" }, () => {
  for (let at = 0; at < BATCH; at++, offset++) {
    const sender = "b542da5f-08a3-4fa0-bd8b-604f49812bf7";
    window.take({ key: "lobby", sender, messageId: `m-${offset}`, offset, time: 1_700_000_000_000 });
  }
});

const memory = new RememberedPartition();
let from = 0;
Deno.bench("remember, and forget those before", { group: "100 records" }, () => {
  const records: StoredRecord[] = foreign.map((record, at) => ({ ...record, offset: from + at }));
  memory.take({ from, to: from + BATCH, high: from + BATCH, records });
  from += BATCH;
  memory.forget(from - 10_000);
});

const WANTED = {
  topic: "chat",
  partition: 0,
  from: 0,
  to: Infinity,
  inflate: (_codec: number, bytes: Uint8Array) => Promise.resolve(bytes),
};

function batchOf(tails: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(batchLength({ tails }));
  writeBatch(bytes, 0, { tails, producer: { id: 1n, epoch: 0 }, sequence: 0, time: 1_700_000_000_000 });
  return bytes;
}

function fetched(records: Uint8Array) {
  return { partition: 0, error: 0, high: BATCH, low: 0, divergesAt: undefined, aborted: [], records };
}
