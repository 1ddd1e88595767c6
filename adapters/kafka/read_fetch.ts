/** One fetch of a bounded read. */
import type { TopicPartition } from "../../domain/log_record.ts";
import { LinkError } from "./link.ts";
import { askRanges } from "./ranges.ts";
import type { ReadingParts } from "./tail_context.ts";
import type { Piece } from "./tail_partition.ts";
import { noteUnreadable } from "./unreadable.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "./wire/errors.ts";
import { FETCH, fetchRecords } from "./wire/fetch.ts";
import { readBatches } from "./wire/record_batches.ts";

/** What is to be fetched. */
export interface FetchOnce {
  readonly of: TopicPartition;
  /** The id of the life of the topic that the read began with. */
  readonly id: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly key?: string;
  readonly maxBytes: number;
  readonly leftMs: number;
}

/** How long a broker waits for a first record that is known to be there, in milliseconds. */
const WAIT_MS = 200;

/**
 * Fetches once from the partition's leader. Gives `undefined` where there was nothing to read, though there should be.
 *
 * @throws {LinkError} where it is of use to try again
 */
export async function fetchOnce(parts: ReadingParts, asked: FetchOnce): Promise<Piece | undefined> {
  const { cluster, telemetry } = parts;
  const { of, id, from, to } = asked;
  const topic = cluster.state.view?.topics.get(of.topic);
  const partition = topic?.partitions.get(of.partition);
  try {
    if (!topic || !partition || partition.leader < 0) throw new LinkError(`${of.topic} ${of.partition} has no leader`);
    if (topic.id !== id) return { to, high: to, lost: "log_changed" };
    const link = await cluster.link(partition.leader);
    const deadlineMs = Math.min(asked.leftMs, WAIT_MS + parts.deadlines.requestMs);
    const response = await link.ask(FETCH, (version) =>
      fetchRecords(version, {
        maxWaitMs: WAIT_MS,
        maxBytes: asked.maxBytes,
        topics: [{
          name: of.topic,
          id,
          partitions: [{
            partition: of.partition,
            leaderEpoch: partition.leaderEpoch,
            offset: from,
            lastEpoch: -1,
            maxBytes: asked.maxBytes,
          }],
        }],
      }), deadlineMs);
    const fetched = response.topics[0]?.partitions[0];
    const error = response.error || fetched?.error || KAFKA_ERRORS.NONE;
    if (error === KAFKA_ERRORS.OFFSET_OUT_OF_RANGE) {
      const { ranges } = await askRanges(cluster, of.topic, { partitions: [of.partition], deadlineMs });
      const range = ranges.get(of.partition);
      if (range && range.low > from) return { to: range.low, high: range.high, lost: "expired" };
    }
    if (error !== KAFKA_ERRORS.NONE || !fetched) throw new LinkError(kafkaErrorName(error));
    const wanted = { topic: of.topic, partition: of.partition, from, to, inflate: parts.inflate };
    const read = await readBatches(fetched, asked.key === undefined ? wanted : { ...wanted, key: asked.key });
    noteUnreadable(telemetry, of, read);
    return read.next === from ? undefined : { to: read.next, high: fetched.high, records: read.records };
  } catch (error) {
    cluster.refresh();
    throw error;
  }
}
