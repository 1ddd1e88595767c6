/** A log that lives as long as the process. */
import { BehaviorSubject, Observable, Subject, type Subscriber, type Subscription, takeUntil } from "rxjs";
import type { LogRecord, TopicPartition } from "../../domain/log_record.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import {
  type Batch,
  type LogState,
  LogUnavailable,
  type OffsetRange,
  type OpenLog,
  type Outcome,
  type ReadRange,
  type TailRequest,
} from "../../domain/ports/log.ts";
import { MemoryPartition } from "./memory_partition.ts";
import { PartitionTable } from "./partition_table.ts";
import { rangeOf, type Reading, readOf, tailOf } from "./readers.ts";
import { compact } from "./record_bytes.ts";
import { RecordShelf } from "./record_shelf.ts";
import { refusalOf } from "./refusal.ts";
import type { Retention } from "./retention.ts";

/** What a log in memory is made of. */
export interface MemoryLogOptions {
  /** The topics, with their partition counts. */
  readonly topics: Readonly<Record<string, number>>;
  /** Gives the records' times. Outcomes and batches are emitted by its scheduler, without delay. */
  readonly clock: Clock;
  /** What is forgotten; absent: nothing. */
  readonly retention?: Retention;
}

/** A log in memory, and what tests do to it. */
export interface MemoryLog extends OpenLog {
  /** Takes the log away, or brings it back. */
  setAvailable(available: boolean, reason?: string): void;
  /** The records of the next append get an unknown outcome, and are in the log or not. */
  failNextAppend(how: "unknown-but-written" | "unknown-not-written"): void;
  /** While appends are held they are neither in the log nor answered; they are when they are no longer held, in order. */
  holdAppends(hold: boolean): void;
  /** Forgets the records of a partition before an offset, as retention does. */
  trim(partition: TopicPartition, low: number): void;
  /** Deletes a topic with all of its records, and makes it again. */
  recreate(topic: string): void;
}

/**
 * Opens a log in memory. A record is in the log when its append is subscribed to; what is told of it - the outcome, then batches of
 * tails - is told in a later turn of the clock's scheduler. Its durability is `weak`.
 *
 * @throws {RangeError} where a partition count is not 1 or more
 */
export function memoryLog(options: MemoryLogOptions): MemoryLog {
  return new RecordsInMemory(options);
}

interface Held {
  readonly subscriber: Subscriber<Outcome>;
  readonly records: readonly LogRecord[];
}

interface Telling {
  readonly subscriber: Subscriber<Outcome>;
  readonly outcomes: readonly Outcome[];
}

class RecordsInMemory implements MemoryLog {
  readonly #clock: Clock;
  readonly #retention: Retention;
  readonly #shelf = new RecordShelf();
  /** Of topics that are to be compacted, nothing is forgotten: what is in memory is soon gone. */
  readonly #kept = new RecordShelf();
  readonly #partitions: PartitionTable<MemoryPartition>;
  readonly #reading: Reading;
  readonly #state: BehaviorSubject<LogState>;
  readonly #closed = new Subject<never>();
  #failing: "unknown-but-written" | "unknown-not-written" | undefined;
  #held: Held[] | undefined;
  #toTell: Telling[] = [];
  readonly #touched = new Set<MemoryPartition>();
  #turn: Subscription | undefined;

  constructor({ topics, clock, retention = {} }: MemoryLogOptions) {
    this.#clock = clock;
    this.#retention = retention;
    const isAvailable = () => this.#state.value.available;
    this.#partitions = new PartitionTable(
      topics,
      (place) => new MemoryPartition(place, { run: this.#shelfOf(place).run(0), isAvailable }),
    );
    this.#reading = { partitions: this.#partitions, scheduler: clock.scheduler };
    this.#state = new BehaviorSubject<LogState>({ available: true, topics: this.#partitions.states("weak") });
  }

  get state(): Observable<LogState> {
    return this.#state.asObservable();
  }

  append(records: readonly LogRecord[]): Observable<Outcome> {
    return new Observable((subscriber) => {
      if (this.#held) this.#held.push({ subscriber, records });
      else this.#append({ subscriber, records });
    });
  }

  tail(request: TailRequest): Observable<Batch> {
    return this.#open(() => tailOf(this.#reading, request));
  }

  read(partition: TopicPartition, range: ReadRange): Observable<Batch> {
    return this.#open(() => readOf(this.#reading, partition, range));
  }

  range(partition: TopicPartition): Observable<OffsetRange> {
    return this.#open(() => rangeOf(this.#reading, partition));
  }

  close(): Promise<void> {
    if (this.#state.closed || this.#closed.hasError) return Promise.resolve();
    this.holdAppends(false);
    this.#tell();
    this.#closed.error(new LogUnavailable("Cannot read the log: it is closed"));
    this.#state.complete();
    return Promise.resolve();
  }

  setAvailable(available: boolean, reason = "it was taken away"): void {
    this.#state.next({ available, ...(available ? {} : { reason }), topics: this.#state.value.topics });
    for (const partition of this.#partitions.all) this.#touched.add(partition);
    this.#takeTurn();
  }

  failNextAppend(how: "unknown-but-written" | "unknown-not-written"): void {
    this.#failing = how;
  }

  holdAppends(hold: boolean): void {
    const held = this.#held ?? [];
    this.#held = hold ? held : undefined;
    if (!hold) held.forEach((call) => this.#append(call));
  }

  trim(place: TopicPartition, low: number): void {
    const partition = this.#partitions.require(place, "trim");
    this.#shelfOf(place).dropBefore(partition.run, Math.min(low, partition.high));
    this.#touch(partition);
  }

  recreate(topic: string): void {
    for (const partition of this.#partitions.ofTopic(topic) ?? []) {
      this.#shelfOf(partition).restart(partition.run, 0);
      partition.epoch++;
      this.#touch(partition);
    }
  }

  /** What is read from a log that is closed by and by; errors then. */
  #open<T>(make: () => Observable<T>): Observable<T> {
    return new Observable<T>((subscriber) => {
      this.#expire();
      return make().subscribe(subscriber);
    }).pipe(takeUntil(this.#closed));
  }

  #append({ subscriber, records }: Held): void {
    this.#toTell.push({ subscriber, outcomes: this.#write(records) });
    this.#takeTurn();
  }

  #write(records: readonly LogRecord[]): readonly Outcome[] {
    const { available, reason } = this.#state.value;
    if (this.#closed.hasError || !available) {
      const message = this.#closed.hasError ? "the log is closed" : `the log is away: ${reason}`;
      return records.map((_, index) => ({ kind: "rejected", index, reason: "unavailable", message }));
    }
    const failing = this.#failing;
    this.#failing = undefined;
    const time = Math.floor(this.#clock.scheduler.now());
    const outcomes = records.map((record, index): Outcome => {
      const refusal = refusalOf(record, this.#partitions);
      if (refusal) return { kind: "rejected", index, ...refusal };
      const partition = this.#partitions.require(record, "append to");
      const offset = partition.high;
      if (failing !== "unknown-not-written") {
        this.#shelfOf(partition).push(partition.run, { ...compact(record), offset, time });
        this.#touched.add(partition);
      }
      return failing ? { kind: "unknown", index, message: "the answer was lost" } : { kind: "appended", index, offset };
    });
    this.#expire();
    return outcomes;
  }

  #shelfOf({ topic }: Pick<TopicPartition, "topic">): RecordShelf {
    return this.#retention.compacted?.includes(topic) ? this.#kept : this.#shelf;
  }

  #expire(): void {
    const { ageMs = Infinity, bytes = Infinity } = this.#retention;
    const before = this.#clock.scheduler.now() - ageMs;
    this.#shelf.evict((oldest) => oldest.time < before || this.#shelf.bytes > bytes);
  }

  #touch(partition: MemoryPartition): void {
    this.#touched.add(partition);
    this.#takeTurn();
  }

  #takeTurn(): void {
    this.#turn ??= this.#clock.scheduler.schedule(() => this.#tell());
  }

  #tell(): void {
    this.#turn?.unsubscribe();
    this.#turn = undefined;
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const { subscriber, outcomes } of this.#toTell.splice(0)) {
      for (const outcome of outcomes) subscriber.next(outcome);
      subscriber.complete();
    }
    for (const partition of touched) partition.tell();
  }
}
