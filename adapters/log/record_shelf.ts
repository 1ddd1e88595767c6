/** Records of many partitions in memory, oldest first out. */
import type { StoredRecord } from "../../domain/log_record.ts";
import { Fifo } from "../../streams/fifo.ts";
import { RecordRun } from "./record_run.ts";

/** Runs of records, with the order in which their records came over all of them. */
export class RecordShelf {
  /** The run of each record that was pushed and not yet evicted; some may have left their run in another way. */
  readonly #order = new Fifo<RecordRun>();
  /** How many of a run's entries in `#order` stand for records that have left it. */
  readonly #gone = new Map<RecordRun, number>();
  #bytes = 0;

  /** A new run, whose first record will have an offset. */
  run(from: number): RecordRun {
    return new RecordRun(from);
  }

  /** The bytes of all records. */
  get bytes(): number {
    return this.#bytes;
  }

  push(run: RecordRun, record: StoredRecord): void {
    const before = run.bytes;
    run.push(record);
    this.#bytes += run.bytes - before;
    this.#order.push(run);
  }

  /** Forgets the records of a run before an offset. */
  dropBefore(run: RecordRun, offset: number): void {
    this.#leave(run, Math.min(offset, run.to) - run.from, () => {
      while (run.from < offset && run.oldest) run.shift();
    });
    if (run.from < offset) run.restart(offset);
  }

  /** Forgets all records of a run; its next record will have an offset. */
  restart(run: RecordRun, from: number): void {
    this.#leave(run, run.to - run.from, () => run.restart(from));
  }

  /** Forgets the oldest records for as long as that is wished. */
  evict(wished: (oldest: StoredRecord) => boolean): void {
    for (let run = this.#order.at(0); run; run = this.#order.at(0)) {
      const gone = this.#gone.get(run) ?? 0;
      if (gone > 1) this.#gone.set(run, gone - 1);
      else if (gone === 1) this.#gone.delete(run);
      else {
        if (!run.oldest || !wished(run.oldest)) return;
        const before = run.bytes;
        run.shift();
        this.#bytes += run.bytes - before;
      }
      this.#order.shift();
    }
  }

  #leave(run: RecordRun, count: number, leave: () => void): void {
    if (count > 0) this.#gone.set(run, (this.#gone.get(run) ?? 0) + count);
    const before = run.bytes;
    leave();
    this.#bytes += run.bytes - before;
  }
}
