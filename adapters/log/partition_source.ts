/** A partition as its readers see it, whatever stores it. */
import type { StoredRecord, TopicPartition } from "../../domain/log_record.ts";
import type { LogUnavailable, OffsetRange } from "../../domain/ports/log.ts";

/** The bounds of one batch. */
export const BATCH = {
  /** Bytes of keys and values after which a batch ends. */
  bytes: 1024 * 1024,
  records: 1_000,
  /** Offsets that are looked at for records of a key. */
  offsets: 50_000,
} as const;

/** What to read next. */
export interface FetchRequest {
  /** The first offset: not below the partition's low end, and below `to`. */
  readonly from: number;
  /** The offset after the last: not beyond the partition's high end. */
  readonly to: number;
  /** Only records of this key are needed. */
  readonly key?: string;
  /** Whether somebody still waits for the answer. */
  wanted(): boolean;
}

/** Some records from `from` on, without a hole other than those of other keys. */
export interface Piece {
  /** The offset after the last one that was read; beyond `from`. */
  readonly to: number;
  readonly records: readonly StoredRecord[];
}

/** One partition of an embedded log. */
export interface PartitionSource extends TopicPartition, OffsetRange {
  /** Changes when the partition begins anew: offsets then mean other records. */
  readonly epoch: number;
  /** Whether its range is known, so that a tail can start. */
  readonly available: boolean;
  /** Reads a piece, at most one {@linkcode BATCH}; answers once, at once or later. */
  fetch(request: FetchRequest, answer: (piece: Piece | LogUnavailable) => void): void;
  /** Calls back after every change of what there is to read. Returns how to stop that. */
  watch(changed: () => void): () => void;
}
