/** What a node remembers of one partition: a contiguous piece that ends where its tail is. */
import type { StoredRecord } from "../../../domain/log_record.ts";
import type { Batch, ReadRange } from "../../../domain/ports/log.ts";
import { Fifo } from "../../../streams/fifo.ts";

/** How much one batch of a read holds at the most; one record larger than that is a batch of its own. */
const PIECE = { records: 256, bytes: 256 * 1024 };

/** A piece of a partition. */
export interface Piece {
  /** The offset after the last that it covers. */
  readonly to: number;
  readonly records: readonly StoredRecord[];
}

/** The records of a partition from some offset on. Those of one key are found without a look at the others. */
export class RememberedPartition {
  readonly #records = new Fifo<StoredRecord>();
  /** The same records by key; only as far as a reader has asked for a key. */
  readonly #byKey = new Map<string | null, Fifo<StoredRecord>>();
  /** How many of the records, from the oldest, are in `#byKey`. */
  #indexed = 0;
  #low = 0;
  #next = 0;
  #high = 0;
  #epoch = 0;

  /** The first offset that is remembered. */
  get low(): number {
    return this.#low;
  }

  /** The offset after the last. */
  get next(): number {
    return this.#next;
  }

  /** The high end of the partition when the last batch was read. */
  get high(): number {
    return this.#high;
  }

  /** Which piece this is: another number where the one before it was forgotten whole. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Takes the tail's next batch. What does not follow on what is remembered takes its place. */
  take(batch: Pick<Batch, "from" | "to" | "high" | "records" | "lost">): void {
    if (batch.lost !== undefined || batch.from !== this.#next) {
      this.#beginAt(batch.lost === undefined ? batch.from : batch.to);
    }
    for (const record of batch.records) this.#records.push(record);
    this.#next = batch.to;
    this.#high = batch.high;
  }

  /** Forgets everything before an offset. */
  forget(before: number): void {
    while (this.#records.length > 0 && this.#records.at(0)!.offset < before) {
      const { key } = this.#records.shift()!;
      if (this.#indexed === 0) continue;
      this.#indexed--;
      const ofKey = this.#byKey.get(key)!;
      ofKey.shift();
      if (ofKey.length === 0) this.#byKey.delete(key);
    }
    this.#low = Math.max(this.#low, before);
  }

  /** The next piece of a range that begins in what is remembered. */
  piece({ from, to, key }: ReadRange): Piece {
    const end = Math.min(to, this.#next);
    const records = key === undefined ? this.#records : this.#ofKey(key);
    const piece: StoredRecord[] = [];
    let bytes = 0;
    for (let at = firstFrom(records, from); at < records.length; at++) {
      const record = records.at(at)!;
      if (record.offset >= end) break;
      bytes += record.value?.length ?? 0;
      const full = piece.length >= PIECE.records || bytes > PIECE.bytes;
      if (full && piece.length > 0) return { to: piece.at(-1)!.offset + 1, records: piece };
      piece.push(record);
    }
    return { to: end, records: piece };
  }

  #ofKey(key: string): Fifo<StoredRecord> {
    for (; this.#indexed < this.#records.length; this.#indexed++) {
      const record = this.#records.at(this.#indexed)!;
      const ofKey = this.#byKey.get(record.key);
      if (ofKey) ofKey.push(record);
      else {
        const first = new Fifo<StoredRecord>();
        first.push(record);
        this.#byKey.set(record.key, first);
      }
    }
    return this.#byKey.get(key) ?? NONE;
  }

  #beginAt(offset: number): void {
    this.#records.clear();
    this.#byKey.clear();
    this.#indexed = 0;
    this.#low = offset;
    this.#epoch++;
  }
}

const NONE = new Fifo<StoredRecord>();

/** Where the first record at an offset or after it is. */
function firstFrom(records: Fifo<StoredRecord>, offset: number): number {
  let from = 0;
  let to = records.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (records.at(middle)!.offset < offset) from = middle + 1;
    else to = middle;
  }
  return from;
}
