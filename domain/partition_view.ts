/** What this node knows of one partition that it follows. */
import { cursorOf } from "./cursor.ts";
import { DuplicateWindow, type WindowSize } from "./duplicate_window.ts";
import type { StoredRecord } from "./log_record.ts";
import type { Batch, OffsetRange } from "./ports/log.ts";
import { Fifo } from "../streams/fifo.ts";

/** How many offsets of duplicates are remembered at the most; older ones are folded again when a replay needs them. */
const DUPLICATES_KEPT = 100_000;

type LastSeen = Pick<Parameters<typeof cursorOf>[0], "offset" | "record">;

/**
 * The state of the live fold over one partition: how far it is, which records were duplicates, and the last record.
 *
 * It starts one duplicate window before the high end, so that its decisions are those of a fold over the whole
 * partition from the moment it serves.
 */
export class PartitionView {
  readonly partition: number;
  readonly #size: WindowSize;
  #window: DuplicateWindow;
  #next: number;
  #high: number;
  /** The first offset that is for subscribers: what is before it was only read for the window. */
  #serveFrom: number;
  /** From this offset on, `isDuplicate` knows. */
  #exactFrom: number;
  #resting = false;
  #duplicates = new Set<number>();
  /** The same, in order: a Set is slow to say which is its first, once many have gone. */
  readonly #inOrder = new Fifo<number>();
  /** The offset up to which all was taken, and its record where one is known: what a cursor is made of. */
  #last: LastSeen;

  constructor(partition: number, options: { range: OffsetRange; fresh: boolean; size: WindowSize }) {
    const { range: { low, high }, fresh, size } = options;
    this.partition = partition;
    this.#size = size;
    this.#high = high;
    this.#window = new DuplicateWindow(size);
    // Cursors need the last record, so at least one is read.
    this.#next = fresh ? low : Math.max(low, high - Math.max(size.offsets, 1));
    this.#serveFrom = fresh ? low : high;
    this.#exactFrom = this.#next === low ? low : high;
    this.#last = { offset: this.#next - 1, record: undefined };
  }

  /** The offset after the last one that was taken. */
  get next(): number {
    return this.#next;
  }

  /** How many offsets the log had when it was last read, that were not taken. */
  get lag(): number {
    return Math.max(0, this.#high - this.#next);
  }

  /** Whether the window is whole, so that subscribers can be served. */
  get serving(): boolean {
    return !this.#resting && this.#next >= this.#serveFrom;
  }

  /** Whether it is not read for now, so that what is known of it is old. */
  get resting(): boolean {
    return this.#resting;
  }

  /** From which offset on `isDuplicate` knows. */
  get exactFrom(): number {
    return this.#exactFrom;
  }

  /** The live window, for the question whether a message is in the log already. */
  get window(): DuplicateWindow {
    return this.#window;
  }

  /** Whether the record at an offset, `exactFrom` or later and before `next`, is a duplicate. */
  isDuplicate(offset: number): boolean {
    return this.#duplicates.has(offset);
  }

  /** Whether a record is for subscribers: not one that was only read for the window. */
  isLive(record: StoredRecord): boolean {
    return record.offset >= this.#serveFrom;
  }

  /** Is not read from now on. */
  rest(): void {
    this.#resting = true;
  }

  /**
   * Is read again, and serves once it is where the log ends now. Returns whether it can go on where it is: not where the log no longer has
   * that, or has more than a duplicate window since.
   */
  resume({ low, high }: OffsetRange): boolean {
    if (this.#next < low || high - this.#next > Math.max(this.#size.offsets, 1)) return false;
    this.#resting = false;
    this.#high = high;
    this.#serveFrom = Math.max(this.#serveFrom, high);
    return true;
  }

  /** Takes the next record; `duplicate` is what the fold said of it. */
  take(record: StoredRecord, duplicate: boolean): void {
    this.#next = record.offset + 1;
    this.#last = { offset: record.offset, record };
    if (duplicate) this.#remember(record.offset);
  }

  /** Takes the end of a batch: the holes after its last record, or what the log lost. */
  end(batch: Batch): void {
    if (batch.lost !== undefined) {
      const restarted = batch.lost === "log_changed";
      this.#window = restarted ? new DuplicateWindow(this.#size) : this.#window;
      this.#serveFrom = restarted ? batch.to : this.#serveFrom;
      this.#exactFrom = Math.max(restarted ? 0 : this.#exactFrom, batch.to);
      if (restarted) this.#duplicates = new Set();
      if (restarted) this.#inOrder.clear();
      this.#last = { offset: batch.to - 1, record: undefined };
    }
    this.#next = batch.to;
    this.#high = batch.high;
  }

  /** The cursor of everything that was taken. */
  cursor(partitions: number): string {
    const { offset, record } = this.#last;
    return cursorOf({ partitions, partition: this.partition, offset, record });
  }

  #remember(offset: number): void {
    this.#duplicates.add(offset);
    this.#inOrder.push(offset);
    if (this.#duplicates.size <= DUPLICATES_KEPT) return;
    const oldest = this.#inOrder.shift()!;
    this.#duplicates.delete(oldest);
    this.#exactFrom = Math.max(this.#exactFrom, oldest + 1);
  }
}
