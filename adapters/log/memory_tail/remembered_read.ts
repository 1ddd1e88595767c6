/** One bounded read: from memory as far as that goes, and from the log where it does not. */
import type { SchedulerLike, Subscriber, Subscription } from "rxjs";
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { Batch, Log, ReadRange } from "../../../domain/ports/log.ts";
import type { RememberedPartition } from "./remembered_partition.ts";

/** What a read is made of. */
export interface RememberedReadOptions {
  readonly log: Pick<Log, "read">;
  readonly memory: RememberedPartition;
  readonly place: TopicPartition;
  readonly range: ReadRange;
  readonly subscriber: Subscriber<Batch>;
  readonly scheduler: SchedulerLike;
}

/** After so many batches from memory the rest of the process has its turn. */
const BATCHES_A_TURN = 8;

/** A reader's place. One batch is open at a time. */
export class RememberedRead {
  readonly #options: RememberedReadOptions;
  #position: number;
  #reading: Subscription | undefined;
  #turn: Subscription | undefined;
  #batches = 0;
  #waiting = false;
  #busy = false;

  constructor(options: RememberedReadOptions) {
    this.#options = options;
    this.#position = options.range.from;
  }

  /** Reads on, until a batch is open or the log was asked. */
  advance(): void {
    if (this.#busy) return;
    this.#busy = true;
    const { subscriber, range: { to } } = this.#options;
    while (!this.#waiting && !this.#turn && !subscriber.closed && this.#position < to) this.#step();
    this.#busy = false;
    if (!this.#waiting && this.#position >= to) subscriber.complete();
  }

  stop(): void {
    this.#reading?.unsubscribe();
    this.#turn?.unsubscribe();
  }

  #step(): void {
    const { memory, range: { to } } = this.#options;
    this.#waiting = true;
    if (this.#position >= memory.low && this.#position < memory.next) return this.#remember();
    this.#read(this.#position < memory.low ? Math.min(to, memory.low) : to);
  }

  #remember(): void {
    const { memory, place: { topic, partition }, range, subscriber } = this.#options;
    const from = this.#position;
    const { to, records } = memory.piece({ ...range, from });
    this.#position = to;
    subscriber.next({ topic, partition, from, to, records, high: memory.high, done: this.#doneOnce() });
  }

  #doneOnce(): () => void {
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#waiting = false;
      if (this.#options.subscriber.closed) return;
      if (++this.#batches % BATCHES_A_TURN === 0 && this.#position < this.#options.range.to) this.#takeTurn();
      else this.advance();
    };
  }

  #takeTurn(): void {
    const { scheduler } = this.#options;
    this.#turn = scheduler.schedule(() => {
      this.#turn = undefined;
      this.advance();
    });
  }

  #read(to: number): void {
    const { log, place, range, subscriber } = this.#options;
    const wanted = range.to;
    this.#reading = log.read(place, { ...range, from: this.#position, to }).subscribe({
      next: (batch) => {
        this.#position = batch.to;
        subscriber.next(batch);
      },
      error: (error) => subscriber.error(error),
      complete: () => {
        // It may end early: at the high end, or where the log was cut.
        if (this.#position < to || to === wanted) return subscriber.complete();
        this.#waiting = false;
        this.advance();
      },
    });
  }
}
