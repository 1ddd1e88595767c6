/** Which offsets of topics a range is. */
import { firstValueFrom } from "rxjs";
import type { TopicPartition } from "../../domain/log_record.ts";
import type { OffsetRange, ReadRange } from "../../domain/ports/log.ts";
import { nameOf } from "../jobs/position.ts";
import type { RangeEnd } from "./jobs/kafka_range.ts";
import { LinkError } from "./link.ts";
import type { KafkaReading } from "./reading.ts";
import { jitter, wait } from "./wait.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "./wire/errors.ts";
import { LIST_OFFSETS, listOffsets } from "./wire/list_offsets.ts";

/** A range of one partition. */
export type PartitionRange = TopicPartition & Pick<ReadRange, "from" | "to">;

const RETRY_MS = { baseMs: 100, capMs: 1_000 };

/**
 * The ranges of all partitions of topics that have something in them. Asks until it has them.
 *
 * @returns fewer where the signal aborts first
 */
export async function offsetsAt(
  reading: KafkaReading,
  { topics, from, to, signal }: {
    readonly topics: readonly string[];
    readonly from: "earliest" | RangeEnd;
    readonly to: RangeEnd | undefined;
    readonly signal: AbortSignal;
  },
): Promise<PartitionRange[]> {
  const ranges: PartitionRange[] = [];
  for (const topic of topics) {
    for (const partition of reading.parts.cluster.state.view?.topics.get(topic)?.partitions.keys() ?? []) {
      if (signal.aborted) return ranges;
      const at = { topic, partition };
      const now = await firstValueFrom(reading.range(at));
      const first = from === "earliest" ? now.low : await offsetOf(reading, { at, end: from, now, signal });
      const last = to === undefined ? now.high : await offsetOf(reading, { at, end: to, now, signal });
      if (first !== undefined && last !== undefined && first < last) ranges.push({ ...at, from: first, to: last });
    }
  }
  return ranges;
}

/** The offset that an end is in a partition; `undefined` where it does not say. */
async function offsetOf(
  reading: KafkaReading,
  { at, end, now, signal }: {
    readonly at: TopicPartition;
    readonly end: RangeEnd;
    readonly now: OffsetRange;
    readonly signal: AbortSignal;
  },
): Promise<number | undefined> {
  const wanted = "time" in end
    ? await offsetOfTime(reading, { at, time: end.time, signal })
    : end.find((position) => nameOf(position) === nameOf(at))?.offset;
  return wanted === undefined ? undefined : Math.min(Math.max(wanted, now.low), now.high);
}

/** The offset of the first record at a time or later; infinite where there is none. */
async function offsetOfTime(
  { parts }: KafkaReading,
  { at, time, signal }: { readonly at: TopicPartition; readonly time: number; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const { cluster, deadlines, telemetry, random } = parts;
  for (let failures = 0; !signal.aborted;) {
    try {
      const leader = cluster.state.view?.topics.get(at.topic)?.partitions.get(at.partition)?.leader ?? -1;
      const link = await cluster.link(leader);
      const asked = { partitions: [at.partition], at: Math.floor(time) };
      const [listed] = await link.ask(LIST_OFFSETS, () => listOffsets(at.topic, asked), deadlines.requestMs);
      const error = listed?.error ?? -1;
      if (error !== KAFKA_ERRORS.NONE) throw new LinkError(kafkaErrorName(error));
      return listed!.offset < 0 ? Infinity : listed!.offset;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      cluster.refresh();
      telemetry.note("warn", "Cannot ask for the offset of a time", { ...at, reason: error.message });
      await wait(jitter(failures++, { ...RETRY_MS, fraction: random.fraction }), signal);
    }
  }
  return undefined;
}
