/** Appends of an SQLite log: all that come while one commit runs go with the next. */
import type { SchedulerLike, Subscriber, Subscription } from "rxjs";
import type { LogRecord, StoredRecord } from "../../../domain/log_record.ts";
import type { Outcome } from "../../../domain/ports/log.ts";
import { compact, recordBytes } from "../record_bytes.ts";
import type { Refusal } from "../refusal.ts";
import { LinkFailure, type SqliteLink } from "./link.ts";
import type { Appended } from "./messages.ts";
import { writeSlab } from "./record_slab.ts";
import type { SqlitePartition } from "./sqlite_partition.ts";

/** The bounds of one commit, and of what waits for one. */
const GROUP = { records: 10_000, bytes: 8 * 1024 * 1024 };
const WAITING_BYTES = 64 * 1024 * 1024;

/** Every outcome comes within this time, even where the disk does not answer. */
const APPEND_MS = 10_000;

/** A call of `append`, which completes with its last outcome. */
export interface AppendCall {
  readonly subscriber: Subscriber<Outcome>;
  /** How many outcomes are still to come. */
  left: number;
}

interface Item {
  readonly call: AppendCall;
  readonly index: number;
  readonly record: LogRecord;
  readonly partition: SqlitePartition;
  readonly ref: number;
  readonly bytes: number;
}

/** What the log does about what becomes of commits. */
export interface GroupCommitOptions {
  readonly link: Pick<SqliteLink, "request">;
  readonly scheduler: SchedulerLike;
  /** A record is on the disk. Called for each in order, before its outcome is told. */
  stored(partition: SqlitePartition, record: StoredRecord): void;
  /** A whole commit is on the disk, and its outcomes were told. */
  committed(partitions: ReadonlySet<SqlitePartition>, answer: Appended): void;
  /** A commit failed, or has not ended in time. What waits behind it is rejected. */
  failed(message: string): void;
}

/** The queue before the disk, and the one commit that is under way. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Item[] = [];
  #waitingBytes = 0;
  #running = false;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Takes one record of a call, after all those before it. */
  add(call: AppendCall, index: number, { partition, record }: Pick<Item, "partition" | "record">): void {
    const bytes = recordBytes(record);
    if (this.#waitingBytes + bytes > WAITING_BYTES) {
      return reject(call, index, { reason: "unavailable", message: "the disk is too slow: too much waits for it" });
    }
    this.#waitingBytes += bytes;
    this.#queue.push({ call, index, record, partition, ref: partition.ref, bytes });
  }

  /** Starts a commit, if none runs and something waits. */
  pump(): void {
    if (this.#running) return;
    const group = this.#takeGroup();
    if (group.length > 0) this.#commit(group);
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Gives all that waits for a commit its outcome: it is not in the log. */
  rejectWaiting(message: string): void {
    this.#waitingBytes = 0;
    for (const { call, index } of this.#queue.splice(0)) reject(call, index, { reason: "unavailable", message });
  }

  /** Resolves when nothing waits, and no commit runs. */
  idle(): Promise<void> {
    if (!this.#running && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #takeGroup(): Item[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#queue.length && count < GROUP.records && bytes < GROUP.bytes) {
      bytes += this.#queue[count++]!.bytes;
    }
    this.#waitingBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  async #commit(group: readonly Item[]): Promise<void> {
    const { link, scheduler, failed } = this.#options;
    this.#running = true;
    let told = false;
    const tell = (outcome: (item: Item) => Outcome) => {
      if (!told) { for (const item of group) give(item.call, outcome(item)); }
      told = true;
    };
    const deadline: Subscription = scheduler.schedule(() => {
      const message = `the disk has not answered for ${APPEND_MS / 1000} s`;
      tell(({ index }) => ({ kind: "unknown", index, message }));
      failed(message);
    }, APPEND_MS);
    try {
      const time = Math.floor(scheduler.now());
      const slab = writeSlab(group);
      const answer = await link.request("append", { slab, time }, [slab]);
      const offsets = this.#store(group, { answer, time });
      tell((item) => ({ kind: "appended", index: item.index, offset: offsets.get(item)! }));
      this.#options.committed(new Set(group.map(({ partition }) => partition)), answer);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const unknown = !(error instanceof LinkFailure) || error.problem === "unknown";
      tell(({ index }) =>
        unknown ? { kind: "unknown", index, message } : { kind: "rejected", index, reason: "unavailable", message }
      );
      failed(message);
    } finally {
      deadline.unsubscribe();
      this.#running = false;
      this.pump();
    }
  }

  #store(group: readonly Item[], { answer, time }: { answer: Appended; time: number }): Map<Item, number> {
    const next = new Map(answer.firsts);
    const offsets = new Map<Item, number>();
    for (const item of group) {
      const offset = next.get(item.ref)!;
      next.set(item.ref, offset + 1);
      offsets.set(item, offset);
      this.#options.stored(item.partition, { ...compact(item.record), offset, time });
    }
    return offsets;
  }
}

/** Rejects one record of a call. */
export function reject(call: AppendCall, index: number, why: Refusal): void {
  give(call, { kind: "rejected", index, ...why });
}

function give(call: AppendCall, outcome: Outcome): void {
  call.left--;
  call.subscriber.next(outcome);
  if (call.left === 0) call.subscriber.complete();
}
