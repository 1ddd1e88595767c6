/** A piece of a partition that is kept for a while, for every replay that needs it. */
import type { RecordHeaders, StoredRecord } from "../../../domain/log_record.ts";
import type { Piece } from "../tail_partition.ts";

/** What one fetch had. */
export interface BlockOptions {
  /** The first offset that it covers. */
  readonly from: number;
  /** The offset after the last. */
  readonly to: number;
  /** The high end of the partition when it was fetched. */
  readonly high: number;
  /** In offset order. */
  readonly records: readonly StoredRecord[];
  /** Present where it has the records of this key alone: the others are as holes. */
  readonly key?: string;
  /** Of which life of the topic, under which leader: another one may have other records at these offsets. */
  readonly life: string;
}

/** Which part of a block is wanted. */
export interface BlockPart {
  readonly position: number;
  readonly to: number;
  readonly key: string | undefined;
}

/** What a block is counted as at the least: that they are many costs something, too. */
const LEAST_BYTES = 16 * 1024;
/** What a record is counted as, besides its value. */
const RECORD_BYTES = 256;

/** A contiguous piece of a partition. Its records are views of what was fetched. */
export class Block {
  readonly from: number;
  readonly to: number;
  readonly life: string;
  /** About how much memory it takes: its records, and once more for those that were copied for a key. */
  readonly bytes: number;
  readonly #high: number;
  readonly #records: readonly StoredRecord[];
  readonly #key: string | undefined;
  #byKey: Map<string | null, StoredRecord[]> | undefined;
  readonly #copies = new Map<string, readonly StoredRecord[]>();

  constructor({ from, to, high, records, key, life }: BlockOptions) {
    this.from = from;
    this.to = to;
    this.life = life;
    this.#high = high;
    this.#records = records;
    this.#key = key;
    const size = records.reduce((sum, { value }) => sum + (value?.length ?? 0) + RECORD_BYTES, 0);
    this.bytes = Math.max(LEAST_BYTES, key === undefined ? size * 2 : size);
  }

  /** Whether a reader can go on with it. */
  serves({ position, key }: BlockPart): boolean {
    return this.from <= position && position < this.to && (this.#key === undefined || this.#key === key);
  }

  /**
   * What a reader is given of it. The records of a key are copies, the same for all who ask: who is slow to take them keeps no more in
   * memory than they are.
   */
  piece({ position, to, key }: BlockPart): Piece {
    const end = Math.min(this.to, to);
    const of = key === undefined ? this.#records : this.#ofKey(key);
    const records = of.filter(({ offset }) => offset >= position && offset < end);
    return { to: end, high: this.#high, records };
  }

  #ofKey(key: string): readonly StoredRecord[] {
    const known = this.#copies.get(key);
    if (known) return known;
    this.#byKey ??= Map.groupBy(this.#records, (record) => record.key);
    const copies = copied(this.#byKey.get(key) ?? []);
    this.#copies.set(key, copies);
    return copies;
  }
}

/** The same records, which hold on to nothing else. */
function copied(records: readonly StoredRecord[]): readonly StoredRecord[] {
  return records.map((record) => ({
    ...record,
    value: record.value?.slice() ?? null,
    headers: copiedHeaders(record.headers),
  }));
}

function copiedHeaders(headers: RecordHeaders): RecordHeaders {
  const entries = Object.entries(headers).map(([name, value]) =>
    [name, value instanceof Uint8Array ? value.slice() : value.map((each) => each.slice())] as const
  );
  // Not by assignment: a header may be named __proto__.
  return entries.length === 0 ? headers : Object.fromEntries(entries);
}
