/** The `Log` port over an open SQLite file. */
import { BehaviorSubject, Observable, Subject, takeUntil } from "rxjs";
import type { LogRecord, TopicPartition } from "../../../domain/log_record.ts";
import {
  type Batch,
  type LogState,
  LogUnavailable,
  type OffsetRange,
  type Outcome,
  type ReadRange,
  type TailRequest,
} from "../../../domain/ports/log.ts";
import { PartitionTable } from "../partition_table.ts";
import { rangeOf, type Reading, readOf, tailOf } from "../readers.ts";
import { RecordShelf } from "../record_shelf.ts";
import { refusalOf } from "../refusal.ts";
import type { SqliteLog, SqliteLogOptions } from "../sqlite_log.ts";
import { Expiry } from "./expiry.ts";
import { type AppendCall, GroupCommit, reject } from "./group_commit.ts";
import type { SqliteLink } from "./link.ts";
import type { Expired, Opened } from "./messages.ts";
import { ReadLane } from "./read_lane.ts";
import { Reopening } from "./reopening.ts";
import { SqlitePartition } from "./sqlite_partition.ts";

const MEMORY_BYTES = 64 * 1024 * 1024;

/** A worker that has not written what waits and closed the file in this time is ended. */
const CLOSE_MS = 10_000;

/** What was opened. */
export interface FileLogOptions
  extends Omit<SqliteLogOptions, "clock" | "telemetry">, Required<Pick<SqliteLogOptions, "clock" | "telemetry">> {
  readonly link: Pick<SqliteLink, "request" | "end">;
  readonly opened: Opened;
  /** Called when the file was closed. */
  closed(): Promise<void>;
}

/** A log in a file that is open. */
export class FileLog implements SqliteLog {
  readonly #options: FileLogOptions;
  readonly #partitions: PartitionTable<SqlitePartition>;
  readonly #reading: Reading;
  readonly #reads: ReadLane;
  readonly #shelf = new RecordShelf();
  readonly #commits: GroupCommit;
  readonly #expiry: Expiry;
  readonly #reopening: Reopening;
  readonly #state: BehaviorSubject<LogState>;
  readonly #closed = new Subject<never>();
  #closing: Promise<void> | undefined;

  constructor(options: FileLogOptions) {
    const { link, clock: { scheduler }, topics, memoryBytes = MEMORY_BYTES } = options;
    this.#options = options;
    this.#reads = new ReadLane(link, scheduler);
    this.#partitions = new PartitionTable(topics, (place) => new SqlitePartition(place, this.#reads));
    this.#reading = { partitions: this.#partitions, scheduler };
    this.#state = new BehaviorSubject<LogState>({ available: true, topics: this.#partitions.states("strong") });
    this.#expiry = new Expiry({ ...options, forgotten: (expired) => this.#forget(expired) });
    this.#reopening = new Reopening({
      ...options,
      stillAway: (reason) => this.#goAway(reason),
      back: (opened) => this.#comeBack(opened),
    });
    this.#commits = new GroupCommit({
      link,
      scheduler,
      stored: (partition, record) => this.#shelf.push(partition.run, record),
      committed: (partitions, { bytes }) => {
        this.#shelf.evict(() => this.#shelf.bytes > memoryBytes);
        for (const partition of partitions) partition.tell();
        this.#expiry.weigh(bytes);
        // The disk was only slow.
        if (!this.#state.value.available) this.#reopening.start();
      },
      failed: (reason) => {
        this.#goAway(reason);
        this.#reopening.start();
      },
    });
    this.#take(options.opened);
    this.#expiry.start();
  }

  get state(): Observable<LogState> {
    return this.#state.asObservable();
  }

  append(records: readonly LogRecord[]): Observable<Outcome> {
    return new Observable((subscriber) => {
      if (records.length === 0) return subscriber.complete();
      const call: AppendCall = { subscriber, left: records.length };
      for (const [index, record] of records.entries()) this.#add(call, index, record);
      this.#commits.pump();
    });
  }

  tail(request: TailRequest): Observable<Batch> {
    return tailOf(this.#reading, request).pipe(takeUntil(this.#closed));
  }

  read(partition: TopicPartition, range: ReadRange): Observable<Batch> {
    return readOf(this.#reading, partition, range).pipe(takeUntil(this.#closed));
  }

  range(partition: TopicPartition): Observable<OffsetRange> {
    return rangeOf(this.#reading, partition).pipe(takeUntil(this.#closed));
  }

  async trim(place: TopicPartition, low: number): Promise<void> {
    const { ref } = this.#partitions.require(place, "trim");
    this.#forget(await this.#options.link.request("trim", { ref, low }));
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const { link, clock: { scheduler }, closed } = this.#options;
    const late = scheduler.schedule(() => link.end(), CLOSE_MS);
    this.#expiry.stop();
    this.#reopening.stop();
    await this.#commits.idle();
    // Where it fails the worker is ended all the same: what was acknowledged is on the disk.
    await link.request("close", {}).catch(() => {});
    late.unsubscribe();
    link.end();
    this.#reads.close();
    this.#closed.error(new LogUnavailable("Cannot read the log: it is closed"));
    this.#state.complete();
    await closed();
  }

  #add(call: AppendCall, index: number, record: LogRecord): void {
    const { available, reason } = this.#state.value;
    const away = this.#closing ? "the log is closed" : available ? undefined : `the log is away: ${reason}`;
    const refusal = away === undefined
      ? refusalOf(record, this.#partitions)
      : { reason: "unavailable" as const, message: away };
    if (refusal) return reject(call, index, refusal);
    this.#commits.add(call, index, { partition: this.#partitions.require(record, "append to"), record });
  }

  #forget({ lows }: Expired): void {
    const changed = new Map(lows);
    for (const partition of this.#partitions.all) {
      const low = changed.get(partition.ref);
      if (low === undefined) continue;
      partition.low = low;
      this.#shelf.dropBefore(partition.run, low);
      partition.tell();
    }
  }

  #goAway(reason: string): void {
    const { path, telemetry } = this.#options;
    this.#commits.rejectWaiting(`the log is away: ${reason}`);
    telemetry.note("error", "the log cannot be written; trying again each second", { path, reason });
    if (this.#state.value.available || this.#state.value.reason !== reason) {
      this.#state.next({ available: false, reason, topics: this.#state.value.topics });
    }
  }

  #comeBack(opened: Opened): void {
    const { path, telemetry } = this.#options;
    this.#take(opened);
    telemetry.count("log_reconnects");
    telemetry.note("info", "the log can be written again", { path });
    this.#state.next({ available: true, topics: this.#state.value.topics });
    for (const partition of this.#partitions.all) partition.tell();
  }

  /** Takes over what the file holds, where that is other than what is known. */
  #take({ partitions }: Opened): void {
    for (const stored of partitions) {
      const partition = this.#partitions.find(stored);
      if (!partition) continue;
      const { ref, low, next } = stored;
      // Less than there was: the file was taken away, or put back from a backup.
      if (next < partition.high) partition.epoch++;
      // More: an append whose outcome was unknown is there after all, and is read from the file.
      if (next !== partition.high) this.#shelf.restart(partition.run, next);
      partition.ref = ref;
      partition.low = low;
    }
  }
}
