/** What members of a consumer group tell each other: in version 0, which all clients read. */
import type { TopicPartition } from "../../../domain/log_record.ts";
import { writePlaces } from "./group_places.ts";
import { WireReader } from "./reader.ts";
import { WireWriter } from "./writer.ts";

/** The topics that a member wants to read. */
export function writeSubscription(topics: readonly string[]): Uint8Array {
  const to = new WireWriter(false).int16(0);
  to.array(topics, (topic) => to.string(topic));
  return to.int32(-1).bytes().slice();
}

/** Reads {@linkcode writeSubscription}, of any version. */
export function readSubscription(bytes: Uint8Array): string[] {
  const from = new WireReader(bytes);
  from.int16();
  return from.array(() => from.string());
}

/** The partitions that a member is to read. */
export function writeAssignment(partitions: readonly TopicPartition[]): Uint8Array {
  const to = new WireWriter(false).int16(0);
  writePlaces(to, partitions, ({ partition }) => to.int32(partition));
  return to.int32(-1).bytes().slice();
}

/** Reads {@linkcode writeAssignment}, of any version; a member that gets nothing may get no bytes. */
export function readAssignment(bytes: Uint8Array): TopicPartition[] {
  if (bytes.length === 0) return [];
  const from = new WireReader(bytes);
  from.int16();
  return from.array(() => {
    const topic = from.string();
    return from.array(() => ({ topic, partition: from.int32() }));
  }).flat();
}
