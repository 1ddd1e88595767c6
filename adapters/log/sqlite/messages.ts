/** What the SQLite log and its worker say to each other. */

/** What the worker is asked to do. Every request has one answer, in the order of the requests. */
export interface WorkerRequests {
  /** Opens the file, or makes it; the first request. Again: closes it first. */
  open: { readonly path: string; readonly topics: Readonly<Record<string, number>> };
  /** Appends the records of a slab in one durable transaction. */
  append: { readonly slab: ArrayBuffer; readonly time: number };
  /** Reads a range of a partition, at most so many records, ending after so many bytes. */
  read: {
    readonly ref: number;
    readonly from: number;
    readonly to: number;
    readonly key: Uint8Array | null;
    readonly records: number;
    readonly bytes: number;
  };
  /**
   * Forgets a bounded number of the oldest records: those from before a time, or while there are more bytes. Of topics that are `compacted`
   * it forgets what a newer record of its key has replaced, and tombstones from before `tombstones`.
   */
  expire: {
    readonly before: number;
    readonly bytes: number;
    readonly compacted: readonly string[];
    readonly tombstones: number;
  };
  /** Forgets the records of a partition before an offset. */
  trim: { readonly ref: number; readonly low: number };
  close: Record<never, never>;
}

/** What the worker answers. */
export interface WorkerAnswers {
  open: Opened;
  append: Appended;
  /** `to` is the offset after the last one that was looked at. */
  read: { readonly to: number; readonly slab: ArrayBuffer };
  /** `more`: there is more to forget, or to give back to the file system. */
  expire: Expired & { readonly more: boolean };
  trim: Expired;
  close: Record<never, never>;
}

/** A partition as it is stored. */
export interface StoredPartition {
  /** Its id in the file. */
  readonly ref: number;
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  /** The offset of the next record. */
  readonly next: number;
}

/** What the file holds. */
export interface Opened {
  readonly partitions: readonly StoredPartition[];
}

/** The offsets that the first record of each partition got, by the partition's id; and what the file holds now. */
export interface Appended {
  readonly firsts: readonly (readonly [ref: number, offset: number])[];
  readonly bytes: number;
}

/** The new low ends, by the partition's id. */
export interface Expired {
  readonly lows: readonly (readonly [ref: number, low: number])[];
}

/** Why a request failed. */
export type Problem =
  /** Another process has the file open. */
  | "locked"
  /** The file is not an intact database. */
  | "damaged"
  /** It is a database of something else. */
  | "foreign"
  /** It is of a later version of this program. */
  | "newer"
  /** It has another number of partitions. */
  | "partitions"
  /** The disk is full, or failed: nothing was written. */
  | "disk"
  /** The disk failed: it is not known whether the records of the append were written. */
  | "unknown";

/** A request on its way to the worker. */
export type RequestMessage = {
  [Kind in keyof WorkerRequests]: { readonly id: number; readonly kind: Kind; readonly ask: WorkerRequests[Kind] };
}[keyof WorkerRequests];

/** An answer on its way back. */
export type AnswerMessage =
  | { readonly id: number; readonly answer: WorkerAnswers[keyof WorkerAnswers] }
  | { readonly id: number; readonly problem: Problem; readonly message: string };
