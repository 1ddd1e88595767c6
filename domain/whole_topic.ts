/** How much of a compacted topic a node has read. */
import type { TopicPartition } from "./log_record.ts";
import type { Batch, LogState, OffsetRange } from "./ports/log.ts";

/** A partition that is being read. */
export interface ReadPlace extends TopicPartition {
  /** The offset to read on from; `undefined` where it was not begun. */
  readonly next: number | undefined;
}

/**
 * The positions of a topic that is read whole before what it says can be relied on, and then followed: its records are a table of which every
 * node keeps a copy. Changed by the pipeline that reads it alone.
 */
export class WholeTopic {
  /** The topic's name. */
  readonly topic: string;
  readonly #next = new Map<number, number>();
  readonly #first = new Map<number, number>();
  #partitions: number | undefined;
  #whole = false;

  constructor(topic: string) {
    this.topic = topic;
  }

  /** Whether all that the topic had when it was begun was read. Once it is, it stays so. */
  get isWhole(): boolean {
    return this.#whole;
  }

  /** The partitions of the topic, and where it is to be read on from in each; empty until the topic is known. */
  get places(): readonly ReadPlace[] {
    const { topic } = this;
    return Array.from({ length: this.#partitions ?? 0 }, (_, partition) => {
      return { topic, partition, next: this.#next.get(partition) };
    });
  }

  /** Takes what the log says of itself. */
  learn(state: LogState): void {
    this.#partitions = state.topics.get(this.topic)?.partitions;
    this.#look();
  }

  /** Begins to read a partition, and says from where: all of it is read. */
  start({ partition }: TopicPartition, { low, high }: OffsetRange): number {
    this.#first.set(partition, high);
    this.#next.set(partition, low);
    this.#look();
    return low;
  }

  /** Takes that a batch was read. */
  take({ partition, to, high }: Batch): void {
    if (!this.#first.has(partition)) this.#first.set(partition, high);
    this.#next.set(partition, to);
    this.#look();
  }

  #look(): void {
    if (this.#whole || this.#partitions === undefined) return;
    this.#whole = this.places.every(({ partition, next }) => next !== undefined && next >= this.#first.get(partition)!);
  }
}
