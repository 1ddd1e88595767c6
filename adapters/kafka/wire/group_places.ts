/** Partitions by topic, as requests about groups and transactions name them. */
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { Position } from "../../jobs/position.ts";
import type { WireReader } from "./reader.ts";
import type { WireWriter } from "./writer.ts";

/** Writes partitions by topic: `each` writes what is said of one. */
export function writePlaces<T extends TopicPartition>(
  to: WireWriter,
  places: readonly T[],
  each: (place: T) => void,
): void {
  to.array([...Map.groupBy(places, ({ topic }) => topic)], ([topic, partitions]) => {
    to.string(topic).array(partitions, each).end();
  });
}

/** Writes offsets to commit, by topic. */
export function writeOffsets(to: WireWriter, offsets: readonly Position[]): void {
  writePlaces(to, offsets, ({ partition, offset }) => {
    // The epoch of its leader is not known; there is no text with it.
    to.int32(partition).int64(offset).int32(-1).string("").end();
  });
}

/** Reads the answers about partitions, by topic: the first error among them, 0 where there is none. */
export function readFirstError(from: WireReader): number {
  const errors = from.array(() => {
    from.string();
    const ofTopic = from.array(() => {
      from.int32();
      const error = from.int16();
      from.end();
      return error;
    });
    from.end();
    return ofTopic;
  }).flat();
  return errors.find((error) => error !== 0) ?? 0;
}
