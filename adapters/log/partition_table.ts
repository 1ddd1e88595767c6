/** The partitions of an embedded log by name. */
import type { TopicPartition } from "../../domain/log_record.ts";
import type { TopicState } from "../../domain/ports/log.ts";

/** Partitions by topic and number. */
export class PartitionTable<P extends TopicPartition> {
  readonly #topics = new Map<string, readonly P[]>();

  /** @param topics the topics with their partition counts, each 1 or more */
  constructor(topics: Readonly<Record<string, number>>, make: (place: TopicPartition) => P) {
    for (const [topic, count] of Object.entries(topics)) {
      if (!Number.isSafeInteger(count) || count < 1) {
        throw new RangeError(`Cannot open a log with ${count} partitions of topic ${topic}: expected 1 or more`);
      }
      this.#topics.set(topic, Array.from({ length: count }, (_, partition) => make({ topic, partition })));
    }
  }

  /** All partitions, topic by topic. */
  get all(): readonly P[] {
    return [...this.#topics.values()].flat();
  }

  /** The partitions of a topic; `undefined` where the log has no such topic. */
  ofTopic(topic: string): readonly P[] | undefined {
    return this.#topics.get(topic);
  }

  find({ topic, partition }: TopicPartition): P | undefined {
    return this.#topics.get(topic)?.[partition];
  }

  /** The partition; throws where there is none, and says what was to be done with it. */
  require(place: TopicPartition, action: string): P {
    const found = this.find(place);
    if (found) return found;
    throw new RangeError(`Cannot ${action} ${place.topic}/${place.partition}: ${this.whyMissing(place)}`);
  }

  /** Why there is no such partition, and what there is. */
  whyMissing({ topic, partition }: TopicPartition): string {
    const count = this.#topics.get(topic)?.length;
    if (count === undefined) return `the log has no topic ${topic}, only ${[...this.#topics.keys()].join(", ")}`;
    return `topic ${topic} has the partitions 0 to ${count - 1}, not ${partition}`;
  }

  /** What the log's state says of its topics. */
  states(durability: TopicState["durability"]): ReadonlyMap<string, TopicState> {
    return new Map(
      [...this.#topics].map(([topic, partitions]) => [topic, { partitions: partitions.length, durability }]),
    );
  }
}
