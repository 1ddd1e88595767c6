/** The order in which a topic's messages are due, as every reader of the log derives it. */
import type { ReadRecord } from "../kafka/topics.ts";

/** The message ids of one channel in one partition, in log order, each once: what every subscriber of the channel is due. */
export type Lane = readonly string[];

/** By channel, by partition: a channel has one, until partitions are added. */
export type Lanes = ReadonlyMap<string, ReadonlyMap<number, Lane>>;

/** The lanes of a whole topic, whose records are those of `chat:{key}`. */
export function lanesOf(records: readonly ReadRecord[]): Lanes {
  const lanes = new Map<string, Map<number, string[]>>();
  const seen = new Set<string>();
  for (const { partition, key, headers } of records) {
    const channel = channelOf(key);
    const messageId = headers["tidegate-message-id"] ?? "";
    const name = `${partition} ${channel} ${headers["tidegate-sender"]} ${messageId}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const partitions = lanes.get(channel) ?? new Map<number, string[]>();
    lanes.set(channel, partitions);
    const lane = partitions.get(partition) ?? [];
    partitions.set(partition, lane);
    lane.push(messageId);
  }
  return lanes;
}

/** The channel that a record's key names. */
export function channelOf(key: string | null): string {
  return `chat:${key}`;
}
