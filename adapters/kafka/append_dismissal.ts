/** Records that do not go to the log any more. */
import type { TopicPartition } from "../../domain/log_record.ts";
import type { RejectReason } from "../../domain/ports/log.ts";
import { settle } from "./append_call.ts";
import type { ClusterState } from "./cluster.ts";
import type { PartitionQueue } from "./partition_queue.ts";

/** Why records do not go to the log. */
export interface Dismissal {
  readonly reason: RejectReason;
  readonly why: string;
}

/**
 * Gives all records of a partition their outcome: unknown where they may be in the log, else rejected. What is behind an unknown record
 * is rejected too, unsent: who sends all of it again has the order that it had.
 */
export function dismiss(queue: PartitionQueue, { reason, why }: Dismissal): void {
  const { topic, partition, inFlight } = queue;
  const message = `Cannot append record to ${topic}/${partition}: ${why}`;
  const { pieces, waiting } = queue.takeAll();
  for (const piece of pieces) {
    // The one in flight keeps its numbers until it has landed.
    if (piece !== inFlight) piece.bound?.identity.retire();
    const unknown = piece.uncertain || (piece === inFlight && piece.sent > 0);
    for (const entry of piece.entries) {
      settle(entry, unknown ? { kind: "unknown", message } : { kind: "rejected", reason, message });
    }
  }
  for (const entry of waiting) settle(entry, { kind: "rejected", reason, message });
}

/** Why no record of a partition can go to the log; `undefined` where it can, or that is not known. */
export function unknownTo({ topic, partition }: TopicPartition, { view }: ClusterState): Dismissal | undefined {
  if (!view) return undefined;
  const known = view.topics.get(topic);
  if (known) {
    if (known.partitions.has(partition)) return undefined;
    return { reason: "invalid", why: `the topic has ${known.partitions.size} partitions` };
  }
  if (view.forbidden.includes(topic)) return { reason: "forbidden", why: "the topic may not be seen" };
  if (view.missing.includes(topic)) return { reason: "invalid", why: "there is no such topic" };
  return view.unsure ? undefined : { reason: "invalid", why: "it is not a topic of this log" };
}
