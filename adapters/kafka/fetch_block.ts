/** One fetch for a scan. */
import type { TopicPartition } from "../../domain/log_record.ts";
import { LinkError } from "./link.ts";
import { askRanges } from "./ranges.ts";
import { Block } from "./scan/block.ts";
import type { BlockRequest, Fetched } from "./scan/partition_scan.ts";
import type { ReadingParts } from "./tail_context.ts";
import { noteUnreadable } from "./unreadable.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "./wire/errors.ts";
import { FETCH, type FetchedPartition, fetchRecords } from "./wire/fetch.ts";
import { type ReadBatches, readBatches } from "./wire/record_batches.ts";

/** How long a broker waits for a first record, in milliseconds: where there should be one it is there, or replicated in a moment. */
const WAIT_MS = 200;

/**
 * Fetches once from the partition's leader.
 *
 * @throws {Error} where it is of use to try again
 */
export async function fetchBlock(parts: ReadingParts, of: TopicPartition, asked: BlockRequest): Promise<Fetched> {
  const { cluster } = parts;
  const life = lifeOf(parts, of);
  const topic = cluster.state.view?.topics.get(of.topic);
  const partition = topic?.partitions.get(of.partition);
  try {
    if (!topic || !partition || partition.leader < 0) throw new LinkError(`${of.topic} ${of.partition} has no leader`);
    const link = await cluster.link(partition.leader);
    const deadlineMs = Math.min(asked.deadlineMs, WAIT_MS + parts.deadlines.requestMs);
    const response = await link.ask(FETCH, (version) =>
      fetchRecords(version, {
        maxWaitMs: WAIT_MS,
        maxBytes: asked.maxBytes,
        topics: [{
          name: of.topic,
          id: topic.id,
          partitions: [{
            partition: of.partition,
            leaderEpoch: partition.leaderEpoch,
            offset: asked.from,
            lastEpoch: -1,
            maxBytes: asked.maxBytes,
          }],
        }],
      }), deadlineMs);
    const fetched = response.topics[0]?.partitions[0];
    const error = response.error || fetched?.error || KAFKA_ERRORS.NONE;
    if (error === KAFKA_ERRORS.OFFSET_OUT_OF_RANGE) {
      const { ranges, failure } = await askRanges(cluster, of.topic, { partitions: [of.partition], deadlineMs });
      const range = ranges.get(of.partition);
      if (range && range.low > asked.from) return { kind: "expired", ...range };
      if (range && range.high <= asked.from) return { kind: "end", high: range.high };
      throw failure ?? new LinkError(kafkaErrorName(error));
    }
    if (error !== KAFKA_ERRORS.NONE || !fetched) throw new LinkError(kafkaErrorName(error));
    return await blockOf(parts, fetched, { of, asked, life });
  } catch (error) {
    cluster.refresh();
    throw error;
  }
}

/** Of which life of its topic, under which leader, a partition is now. */
export function lifeOf({ cluster }: Pick<ReadingParts, "cluster">, { topic, partition }: TopicPartition): string {
  const view = cluster.state.view?.topics.get(topic);
  return `${view?.id ?? ""}/${view?.partitions.get(partition)?.leaderEpoch ?? ""}`;
}

async function blockOf(
  parts: ReadingParts,
  fetched: FetchedPartition,
  { of, asked, life }: { readonly of: TopicPartition; readonly asked: BlockRequest; readonly life: string },
): Promise<Fetched> {
  const { from, key } = asked;
  const { high } = fetched;
  let read: ReadBatches;
  try {
    // All of the batch that the offset is in: others may need what is before it.
    const wanted = { ...of, from: 0, to: Infinity, inflate: parts.inflate };
    read = await readBatches(fetched, key === undefined ? wanted : { ...wanted, key });
  } catch (error) {
    return { kind: "stuck", reason: error instanceof Error ? error.message : String(error) };
  }
  noteUnreadable(parts.telemetry, of, read);
  const { records, next } = read;
  if (next > from) {
    const first = Math.min(from, records[0]?.offset ?? from);
    const what = { from: first, to: next, high, records, life };
    return { kind: "block", block: new Block(key === undefined ? what : { ...what, key }) };
  }
  if (from >= high) return { kind: "end", high };
  return { kind: "stuck", reason: "the leader gave nothing of what it says to have" };
}
