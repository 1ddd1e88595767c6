import type { Observable } from "rxjs";
import type { LogRecord, StoredRecord, TopicPartition } from "../log_record.ts";

/**
 * A partitioned, durable log: Kafka, or an embedded one.
 *
 * Every implementation passes `tests/contract/log_contract.ts`; the domain cannot tell them apart.
 */
export interface Log {
  /**
   * What the log is known to be now, then every change. Never completes or errors before the log is closed (then it
   * completes). Emits at once on subscription.
   */
  readonly state: Observable<LogState>;

  /**
   * Appends records and says for each one what became of it, with exactly one outcome a record, in any order; then
   * completes. Never errors. The append starts on subscription; unsubscribing cancels nothing.
   *
   * Ordering: records of one partition are appended in the order of the calls' subscriptions and, in a call, of the
   * array. A record is never appended before one of its partition that was given earlier and is still without an
   * outcome. Records that are given in one call may be appended at different times.
   * Deadline: every outcome comes within the log's append deadline.
   */
  append(records: readonly LogRecord[]): Observable<Outcome>;

  /**
   * Follows all partitions of the topics, for ever: batches in offset order within a partition, each starting where
   * the one before it ended. Partitions that appear later are read from their low end. While the log is away
   * the tail is silent; it goes on where it was. Errors only if the log is closed or a topic is unknown to it.
   *
   * Back-pressure: an implementation stops reading a partition while more than a few of its batches are not `done()`.
   */
  tail(request: TailRequest): Observable<Batch>;

  /**
   * Reads the offsets `from` (inclusive) to `to` (exclusive) of one partition in order, then completes. The batches
   * together cover the range exactly. The part of the range below the log's low end, which it no longer has, comes as
   * one batch with `lost`. Errors with {@linkcode LogUnavailable} if the log is away past its read deadline.
   *
   * Back-pressure: the next batch is read when the one before is `done()`.
   * `to` is at most the high end at the time of the call; beyond that the read ends early, at the high end.
   */
  read(partition: TopicPartition, range: ReadRange): Observable<Batch>;

  /**
   * The offsets that the log has now: emits once and completes. Errors with {@linkcode LogUnavailable}.
   */
  range(partition: TopicPartition): Observable<OffsetRange>;
}

/** A log that was opened, and is to be closed by who opened it. */
export interface OpenLog extends Log {
  /** Gives what is in flight its outcome, then frees everything. Safe to call twice. */
  close(): Promise<void>;
}

/** What the log is known to be. */
export interface LogState {
  /** Whether appends and reads are expected to work. */
  readonly available: boolean;
  /** Why it is away, in words for an operator; absent while it is available. */
  readonly reason?: string;
  /** The topics of the log's configuration that are known to exist, by name. Empty until the log was reached once. */
  readonly topics: ReadonlyMap<string, TopicState>;
}

/** What is known of one topic. */
export interface TopicState {
  /** The number of its partitions, 1 or more. */
  readonly partitions: number;
  /** `strong`: an acknowledged record outlives the loss of any one broker, or disk flushes are synchronous. */
  readonly durability: "strong" | "weak";
  /** Present where the log has refused every append to it for a while: why, in words for an operator. Reads work. */
  readonly refusing?: string;
}

/** What a tail follows, and from where. */
export interface TailRequest {
  /** The topics, by name. */
  readonly topics: readonly string[];
  /**
   * The offset from which to follow a partition, asked once for each when its range is first known. An answer outside
   * of `low..high` is clamped to it.
   */
  start(partition: TopicPartition, range: OffsetRange): number;
  /** Says which partitions need not be read for now; absent: all are. A log may ask, and need not. */
  readonly rest?: TailRest;
}

/** Which partitions of a tail rest. */
export interface TailRest {
  /**
   * Whether a partition may rest. It is asked when all of its batches are `done()`; when it says yes nothing is read of the partition until
   * it says no, and `resume` was asked.
   */
  mayRest(partition: TopicPartition): boolean;
  /**
   * Where to go on in a partition that has rested: where it was, or at a later offset, of which the next batch is then the first. `range` is
   * what the log has now.
   */
  resume(partition: TopicPartition, range: OffsetRange): number;
  /** Calls back when a partition that rests is needed. Returns how to stop that. */
  onNeed(wake: () => void): () => void;
}

/** A contiguous piece of a partition, in offset order. */
export interface Batch extends TopicPartition {
  /** The first offset that this batch covers. */
  readonly from: number;
  /** The offset after the last one it covers: where the next batch starts. Offsets in it without a record are holes. */
  readonly to: number;
  /** The records in offset order. */
  readonly records: readonly StoredRecord[];
  /**
   * Present, with no records, where the log lost or cut what `from`..`to` held. After `log_changed` (the partition was cut
   * short, or its topic made anew) `to` is where the log goes on, and may be before `from`: the next batch starts there.
   */
  readonly lost?: "expired" | "log_changed";
  /**
   * The high end of the partition when the batch was read: `to === high` means that the reader has caught up.
   */
  readonly high: number;
  /** Says that this batch was taken and another one may be read. */
  done(): void;
}

/** Which offsets to read. */
export interface ReadRange {
  /** The first offset. */
  readonly from: number;
  /** The offset after the last. */
  readonly to: number;
  /** Only records of this key are needed: a log that can skips the others, as if they were holes. */
  readonly key?: string;
}

/** The offsets that a partition has. */
export interface OffsetRange {
  /** The first offset that the log still has; equal to `high` where it is empty. */
  readonly low: number;
  /** The offset that the next record gets; on Kafka the end of what can be read, before records of open transactions. */
  readonly high: number;
}

/** What became of one record of an append. */
export type Outcome =
  /** It is in the log, on all in-sync replicas. */
  | { readonly kind: "appended"; readonly index: number; readonly offset: number }
  /** It is certainly not in the log: `unavailable` may be tried again, the others not. */
  | { readonly kind: "rejected"; readonly index: number; readonly reason: RejectReason; readonly message: string }
  /** It may or may not be in the log. */
  | { readonly kind: "unknown"; readonly index: number; readonly message: string };

/** Why a record is certainly not in the log. */
export type RejectReason = "unavailable" | "too_large" | "invalid" | "forbidden";

/** The log could not be reached in time. */
export class LogUnavailable extends Error {
  /** Tells it from other errors. */
  override readonly name = "LogUnavailable";
}
