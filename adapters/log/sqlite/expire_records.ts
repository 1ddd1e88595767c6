/** Worker side: what is forgotten. */
import type { WorkerAnswers, WorkerRequests } from "./messages.ts";
import { compactRecords } from "./compact_records.ts";
import type { Part, StoreFile } from "./store_file.ts";

/** The bounds of one slice, which holds up appends for as long as it takes. */
const SLICE = { records: 2_000, bytes: 16 * 1024 * 1024 };

/** The file shrinks when so many of its pages are free, and a quarter of all; so many a slice. */
const FREE_PAGES = 4_096;
const SHRINK_PAGES = 2_000;

interface Row {
  readonly seq: number;
  readonly partition: number;
  readonly position: number;
  readonly time: number;
  readonly bytes: number;
}

/**
 * Forgets the oldest records, a slice at a time. They leave in the order in which they came, over all partitions: what is left of each
 * partition is its newest part. Those of compacted topics are not counted, and leave by their keys.
 */
export function expireRecords(file: StoreFile, ask: WorkerRequests["expire"]): WorkerAnswers["expire"] {
  const { before, bytes, compacted } = ask;
  const kept = file.partsOf(compacted);
  compactRecords(file, { parts: kept, tombstones: ask.tombstones });
  // Their ids are numbers.
  const others = `partition NOT IN (${kept.map(({ ref }) => ref).join(", ")})`;
  const rows = file.sql(
    `SELECT seq, partition, position, time, bytes FROM records WHERE ${others} ORDER BY seq LIMIT ?`,
  );
  const changed = new Map<number, Part>();
  let total = file.bytes - bytesOf(file.partsOf(compacted));
  let size = 0;
  let count = 0;
  let last = 0;
  for (const row of rows.all(SLICE.records) as unknown[] as Row[]) {
    if ((row.time >= before && total <= bytes) || size >= SLICE.bytes) break;
    const part = changed.get(row.partition) ?? file.part(row.partition);
    changed.set(row.partition, { ...part, low: row.position + 1, bytes: part.bytes - row.bytes });
    total -= row.bytes;
    size += row.bytes;
    count++;
    last = row.seq;
  }
  if (count > 0) {
    file.change(() => {
      file.sql(`DELETE FROM records WHERE seq <= ? AND ${others}`).run(last);
      return changed.values().toArray();
    });
  }
  const more = count === SLICE.records || size >= SLICE.bytes;
  return { lows: lowsOf(changed.values()), more: more || shrink(file) };
}

/** Forgets the records of a partition before an offset. */
export function trimRecords(file: StoreFile, ask: WorkerRequests["trim"]): WorkerAnswers["trim"] {
  const part = file.part(ask.ref);
  const low = Math.min(ask.low, part.next);
  if (low <= part.low) return { lows: [] };
  const { ref } = part;
  const weight = file.sql("SELECT coalesce(sum(bytes), 0) AS bytes FROM records WHERE partition = ? AND position < ?");
  const changed = { ...part, low, bytes: part.bytes - (weight.get(ref, low) as { bytes: number }).bytes };
  file.change(() => {
    file.sql("DELETE FROM records WHERE partition = ? AND position < ?").run(ref, low);
    return [changed];
  });
  return { lows: lowsOf([changed]) };
}

function bytesOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function lowsOf(parts: Iterable<Part>): (readonly [ref: number, low: number])[] {
  return Array.from(parts, ({ ref, low }) => [ref, low]);
}

/** Gives some free pages back to the file system, and says whether there are more. */
function shrink(file: StoreFile): boolean {
  const free = file.number("PRAGMA freelist_count");
  if (free < FREE_PAGES || free * 4 < file.number("PRAGMA page_count")) return false;
  // Each step gives one page back, and `exec` takes only the first.
  file.sql(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`).all();
  // The file itself is cut when the journal is written back to it.
  file.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return file.number("PRAGMA freelist_count") < free;
}
