/** Worker side: of topics that are read as a table, only the newest record of each key is kept. */
import type { Part, StoreFile } from "./store_file.ts";

/** What is compacted. */
export interface Compaction {
  readonly parts: readonly Part[];
  /** Tombstones from before this time are forgotten themselves, in milliseconds since 1970. */
  readonly tombstones: number;
}

/** A record with a key that a newer one has, or an old tombstone. */
const REPLACED = `partition = ?1 AND key IS NOT NULL AND (
  position < (SELECT max(position) FROM records AS newer WHERE newer.partition = ?1 AND newer.key = records.key)
  OR (value IS NULL AND time < ?2))`;

/**
 * Forgets records that others have replaced. Offsets stay: what is left has holes between it, as in a topic that Kafka has compacted. A
 * list that was read before is not changed by it.
 */
export function compactRecords(file: StoreFile, { parts, tombstones }: Compaction): void {
  const weigh = file.sql(`SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM records WHERE ${REPLACED}`);
  for (const part of parts) {
    const { count, bytes } = weigh.get(part.ref, tombstones) as { count: number; bytes: number };
    if (count === 0) continue;
    file.change(() => {
      file.sql(`DELETE FROM records WHERE ${REPLACED}`).run(part.ref, tombstones);
      return [{ ...part, bytes: part.bytes - bytes }];
    });
  }
}
