/** A subscriber of a tail, for tests. */
import type { Subscription } from "rxjs";
import type { StoredRecord, TopicPartition } from "../../../domain/log_record.ts";
import type { Batch, Log, OffsetRange } from "../../../domain/ports/log.ts";
import { PATIENCE_MS } from "./scenario.ts";

/** What a probe follows. */
export interface ProbeOptions {
  readonly topics: readonly string[];
  /** Default: from the high end. */
  readonly start?: (place: TopicPartition, range: OffsetRange) => number;
  /** Says which batches are not `done()` when they come. Default: none. */
  readonly hold?: (batch: Batch) => boolean;
}

/** Follows a tail, keeps what it emits and checks that the batches of each partition are contiguous. */
export class TailProbe {
  readonly batches: Batch[] = [];
  /** Every call of `start`, by `topic/partition`. */
  readonly starts: { place: TopicPartition; range: OffsetRange; from: number }[] = [];
  error: unknown;
  completed = false;
  /** What breaks the contract, if anything did. */
  readonly broken: string[] = [];
  #hold: (batch: Batch) => boolean;
  #held: Batch[] = [];
  readonly #next = new Map<string, number>();
  readonly #subscription: Subscription;
  #waiting: (() => void)[] = [];

  constructor({ log }: { log: Log }, { topics, start = (_, { high }) => high, hold = () => false }: ProbeOptions) {
    this.#hold = hold;
    this.#subscription = log.tail({
      topics,
      start: (place, range) => {
        const from = start(place, range);
        this.starts.push({ place: { topic: place.topic, partition: place.partition }, range: { ...range }, from });
        this.#next.set(nameOf(place), Math.min(Math.max(from, range.low), range.high));
        this.#wake();
        return from;
      },
    }).subscribe({
      next: (batch) => this.#take(batch),
      error: (error) => {
        this.error = error;
        this.#wake();
      },
      complete: () => {
        this.completed = true;
        this.#wake();
      },
    });
  }

  /** How many batches of a partition are held. */
  held(place: TopicPartition): number {
    return this.#held.filter((batch) => nameOf(batch) === nameOf(place)).length;
  }

  /** Where the next batch of a partition has to start; `undefined` until it was found. */
  next(place: TopicPartition): number | undefined {
    return this.#next.get(nameOf(place));
  }

  /** The records of a partition, in the order in which they came. */
  records(place: TopicPartition): StoredRecord[] {
    return this.batches.filter((batch) => nameOf(batch) === nameOf(place)).flatMap((batch) => [...batch.records]);
  }

  /** Says `done()` for all that is held, and from now on at once. */
  release(): void {
    this.#hold = () => false;
    while (this.#held.length > 0) this.#held.shift()!.done();
  }

  /** Resolves when a condition holds that only events of the tail can make true. */
  async until(condition: () => boolean, what: string): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Waited ${PATIENCE_MS} ms for ${what}`)), PATIENCE_MS);
    });
    try {
      while (!condition()) {
        if (this.error) throw new Error(`The tail failed while waiting for ${what}`, { cause: this.error });
        const woken = new Promise<void>((resolve) => this.#waiting.push(resolve));
        await Promise.race([woken, tooLate]);
      }
    } finally {
      clearTimeout(timer);
      tooLate.catch(() => {});
    }
  }

  /** Resolves when the tail has come to an offset. */
  reached(place: TopicPartition, offset: number): Promise<void> {
    return this.until(() => (this.next(place) ?? -1) >= offset, `offset ${offset} of ${nameOf(place)}`);
  }

  /** Resolves when `start` was asked for so many partitions. */
  started(count: number): Promise<void> {
    return this.until(() => this.starts.length >= count, `${count} partitions to be found`);
  }

  /** Unsubscribes; throws where the tail broke the contract. */
  stop(): void {
    this.#subscription.unsubscribe();
    if (this.broken.length > 0) throw new Error(this.broken.join("\n"));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #take(batch: Batch): void {
    const expected = this.#next.get(nameOf(batch));
    const { from, to, high, records, lost } = batch;
    const check = (holds: boolean, what: string) =>
      holds || this.broken.push(`${nameOf(batch)} ${from}..${to}: ${what}`);
    check(expected === from, `expected to start at ${expected}`);
    check(to > from || lost === "log_changed", "covers nothing");
    check(high >= to, `ends after its high end ${high}`);
    check(lost === undefined || records.length === 0, "has records though it is lost");
    const offsets = records.map(({ offset }) => offset);
    check(
      offsets.every((offset, index) => offset > (offsets[index - 1] ?? from - 1) && offset < to),
      `holds ${offsets}`,
    );
    check(records.every((record) => nameOf(record) === nameOf(batch)), "has records of another partition");
    this.#next.set(nameOf(batch), to);
    this.batches.push(batch);
    if (this.#hold(batch)) this.#held.push(batch);
    else batch.done();
    this.#wake();
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
