/** Says that records were skipped because they cannot be read. */
import type { TopicPartition } from "../../domain/log_record.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { ReadBatches } from "./wire/record_batches.ts";

/** Counts them, and tells the operator why the first of them was skipped. */
export function noteUnreadable(telemetry: Telemetry, at: TopicPartition, read: ReadBatches): void {
  if (read.unreadable === 0) return;
  telemetry.count("records_unreadable", read.unreadable);
  telemetry.note("warn", "Skipped Kafka records that cannot be read", {
    topic: at.topic,
    partition: at.partition,
    records: read.unreadable,
    reason: read.reason,
  });
}
