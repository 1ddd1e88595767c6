/** Shares the partitions of topics out among the members of a group. */
import type { TopicPartition } from "../../../domain/log_record.ts";

/** A member, and the topics that it wants to read. */
export interface Subscriber {
  readonly member: string;
  readonly topics: readonly string[];
}

/** How partitions are shared out, by the name that Kafka's own clients have for it. */
export const ASSIGNOR = "roundrobin";

/**
 * Deals partitions out one after the other, in the order of topics and numbers, to the members in the order of their names that want the
 * topic: each gets as many as another, or one more. Every member has an entry.
 *
 * @param partitions how many each topic has; one that is not known has none
 */
export function assignPartitions(
  members: readonly Subscriber[],
  partitions: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const sorted = members.toSorted((a, b) => (a.member < b.member ? -1 : 1));
  const dealt = new Map(sorted.map(({ member }): [string, TopicPartition[]] => [member, []]));
  let turn = 0;
  for (const topic of [...new Set(sorted.flatMap(({ topics }) => topics))].sort()) {
    for (let partition = 0; partition < (partitions.get(topic) ?? 0); partition++) {
      while (!sorted[turn % sorted.length]!.topics.includes(topic)) turn++;
      dealt.get(sorted[turn++ % sorted.length]!.member)!.push({ topic, partition });
    }
  }
  return dealt;
}
