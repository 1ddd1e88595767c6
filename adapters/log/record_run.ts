/** Records of one partition in memory, without a hole between them. */
import type { StoredRecord } from "../../domain/log_record.ts";
import { Fifo } from "../../streams/fifo.ts";
import { BATCH, type FetchRequest, type Piece } from "./partition_source.ts";
import { recordBytes } from "./record_bytes.ts";

/** A run of records whose offsets follow one another. */
export class RecordRun {
  #from: number;
  readonly #records = new Fifo<StoredRecord>();
  #bytes = 0;

  /** @param from the offset of the first record that will be pushed */
  constructor(from: number) {
    this.#from = from;
  }

  /** The offset of the oldest record; `to` where there is none. */
  get from(): number {
    return this.#from;
  }

  /** The offset of the next record. */
  get to(): number {
    return this.#from + this.#records.length;
  }

  /** The sum of {@linkcode recordBytes}. */
  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): StoredRecord | undefined {
    return this.#records.at(0);
  }

  /** Adds a record, whose offset has to be `to`. */
  push(record: StoredRecord): void {
    this.#records.push(record);
    this.#bytes += recordBytes(record);
  }

  /** Forgets the oldest record. */
  shift(): void {
    const record = this.#records.shift();
    if (!record) return;
    this.#bytes -= recordBytes(record);
    this.#from++;
  }

  /** Forgets everything, and goes on at an offset. */
  restart(from: number): void {
    this.#records.clear();
    this.#bytes = 0;
    this.#from = from;
  }

  /** The records of a range, or of its first part where that is a batch. `from` has to be inside of the run. */
  read({ from, to, key }: Omit<FetchRequest, "wanted">): Piece {
    const records: StoredRecord[] = [];
    const end = Math.min(to, this.to, from + BATCH.offsets);
    let bytes = 0;
    let at = from;
    while (at < end && records.length < BATCH.records && bytes < BATCH.bytes) {
      const record = this.#records.at(at++ - this.#from)!;
      if (key !== undefined && record.key !== key) continue;
      records.push(record);
      bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    }
    return { to: at, records };
  }
}
