/** Where a reader is in a partition. */
import type { TopicPartition } from "../../domain/log_record.ts";

/** A partition, and the offset of the next record to read in it. */
export interface Position extends TopicPartition {
  /** The offset that is read next. */
  readonly offset: number;
}

/** Names a partition: `topic/partition`. */
export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
