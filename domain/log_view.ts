/** What this node knows of the log: its state, and every partition that it follows. */
import type { WindowSize } from "./duplicate_window.ts";
import type { TopicPartition } from "./log_record.ts";
import { PartitionView } from "./partition_view.ts";
import type { Batch, LogState, OffsetRange } from "./ports/log.ts";

interface TopicView {
  /** The partition count when the topic was first followed; partitions from there on appeared later. */
  readonly initial: number;
  readonly partitions: PartitionView[];
}

/** The partitions of a log as the live tail sees them. One a gateway; changed by its log pipeline alone. */
export class LogView {
  readonly #size: WindowSize;
  readonly #topics = new Map<string, TopicView>();
  #state: LogState = { available: false, reason: "the log was not reached yet", topics: new Map() };

  constructor(size: WindowSize) {
    this.#size = size;
  }

  /** The latest state that the log told. */
  get state(): LogState {
    return this.#state;
  }

  /** Takes what the log says of itself. */
  learn(state: LogState): void {
    this.#state = state;
  }

  /** The partition count of a topic; `undefined` until the log was reached. */
  partitions(topic: string): number | undefined {
    return this.#state.topics.get(topic)?.partitions;
  }

  /** The view of a partition; `undefined` until the tail has found it. */
  partition({ topic, partition }: TopicPartition): PartitionView | undefined {
    return this.#topics.get(topic)?.partitions[partition];
  }

  /**
   * Begins to follow a partition, and says from which offset: one duplicate window before its end. A partition that
   * appears later than its topic is read from its low end, for subscribers too.
   */
  start({ topic, partition }: TopicPartition, range: OffsetRange): number {
    const fresh = partition >= this.#topic(topic).initial;
    return this.#begin({ topic, partition }, { range, fresh }).next;
  }

  /**
   * Goes on with a partition that has rested, and says from which offset: where it was; or, where that is more than a duplicate window away,
   * as if it were followed for the first time. It serves from the end of the range on either way.
   */
  resume(place: TopicPartition, range: OffsetRange): number {
    const view = this.partition(place);
    return view?.resume(range) ? view.next : this.#begin(place, { range, fresh: false }).next;
  }

  /** The view of a batch's partition; one that the tail found by itself is new. */
  follow({ topic, partition, from, high }: Batch): PartitionView {
    return this.partition({ topic, partition }) ??
      this.#begin({ topic, partition }, { range: { low: from, high }, fresh: true });
  }

  /** Whether a partition is followed and its window whole, or was when it was last needed. */
  serves(place: TopicPartition): boolean {
    const view = this.partition(place);
    return view !== undefined && (view.serving || view.resting);
  }

  /** Whether every partition of the topics is followed and serves. */
  servesAll(topics: readonly string[]): boolean {
    return topics.every((topic) => {
      const count = this.partitions(topic);
      return count !== undefined &&
        Array.from({ length: count }, (_, partition) => ({ topic, partition })).every((place) => this.serves(place));
    });
  }

  /** How many offsets of a topic the log had when it was last read, that were not taken. */
  lag(topic: string): number {
    return this.#topics.get(topic)?.partitions.reduce((sum, { lag }) => sum + lag, 0) ?? 0;
  }

  #topic(topic: string): TopicView {
    const view = this.#topics.get(topic) ?? { initial: this.partitions(topic) ?? Infinity, partitions: [] };
    this.#topics.set(topic, view);
    return view;
  }

  #begin({ topic, partition }: TopicPartition, beginning: { range: OffsetRange; fresh: boolean }): PartitionView {
    return this.#topic(topic).partitions[partition] = new PartitionView(partition, { ...beginning, size: this.#size });
  }
}
