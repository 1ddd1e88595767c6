/** Worker side: reads. */
import type { WorkerAnswers, WorkerRequests } from "./messages.ts";
import { slabBytes, type SlabRecord, toSlab } from "./slab.ts";
import type { StoreFile } from "./store_file.ts";

/** Reads a range of a partition, by its key's index where only a key is asked for. */
export function readRecords(file: StoreFile, ask: WorkerRequests["read"]): WorkerAnswers["read"] {
  const { ref, from, to, key, records, bytes } = ask;
  const columns = "SELECT position AS first, time AS second, key, headers, value FROM records WHERE partition = ?";
  const range = "position >= ? AND position < ? ORDER BY position LIMIT ?";
  const rows = key === null
    ? file.sql(`${columns} AND ${range}`).iterate(ref, from, to, records)
    : file.sql(`${columns} AND key = ? AND ${range}`).iterate(ref, key, from, to, records);
  const taken: SlabRecord[] = [];
  let size = 0;
  for (const row of rows as Iterable<unknown> as Iterable<SlabRecord>) {
    taken.push(row);
    size += slabBytes(row);
    if (size >= bytes) break;
  }
  const whole = taken.length < records && size < bytes;
  return { to: whole ? to : taken.at(-1)!.first + 1, slab: toSlab(taken, size) };
}
