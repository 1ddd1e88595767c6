/** Records that no embedded log takes. */
import type { LogRecord, TopicPartition } from "../../domain/log_record.ts";
import type { RejectReason } from "../../domain/ports/log.ts";
import type { PartitionTable } from "./partition_table.ts";
import { recordBytes } from "./record_bytes.ts";

/** The largest record that an embedded log takes, by `recordBytes`. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** Why a record is certainly not in the log. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly message: string;
}

/** Why a record cannot be appended whatever the state of the log; `undefined` where it can. */
export function refusalOf(record: LogRecord, partitions: PartitionTable<TopicPartition>): Refusal | undefined {
  if (!partitions.find(record)) return { reason: "invalid", message: partitions.whyMissing(record) };
  const bytes = recordBytes(record);
  if (bytes <= MAX_RECORD_BYTES) return undefined;
  return { reason: "too_large", message: `a record of ${bytes} bytes is more than the ${MAX_RECORD_BYTES} that fit` };
}
