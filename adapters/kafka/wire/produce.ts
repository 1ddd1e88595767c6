/** Appends record batches to partitions of one leader. */
import type { Api, Call } from "./call.ts";
import { WireReader } from "./reader.ts";
import { batchLength, type BatchToWrite, writeBatch } from "./write_batch.ts";

/** Kafka's Produce. */
export const PRODUCE: Api = { key: 0, name: "Produce", lowest: 7, highest: 8, flexibleFrom: 9 };

/** One request, acknowledged by all in-sync replicas. */
export interface ProduceRequest {
  /** How long the leader waits for the other replicas, in milliseconds. */
  readonly timeoutMs: number;
  readonly batches: readonly PartitionBatch[];
  /** Under which name the batches' producer is in a transaction; all of them are, then. */
  readonly transactionalId?: string;
}

/** A batch and where it goes. */
export interface PartitionBatch extends BatchToWrite {
  readonly topic: string;
  readonly partition: number;
}

/** What the leader says of one partition. */
export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly error: number;
  /** The offset of the batch's first record; -1 where there is an error. */
  readonly baseOffset: number;
}

/** The leader's answer. */
export interface ProduceResponse {
  readonly partitions: readonly ProducedPartition[];
  /** How long the broker wants no further request, in milliseconds. */
  readonly throttleMs: number;
}

const utf8 = new TextEncoder();
const ALL_IN_SYNC = -1;

/** Asks a leader to append. */
export function produce(version: number, request: ProduceRequest): Call<ProduceResponse> {
  return {
    api: PRODUCE,
    version,
    body: writeRequest(request),
    read(payload) {
      const from = new WireReader(payload);
      const partitions = from.array(() => {
        const topic = from.string();
        return from.array(() => readPartition(from, { topic, version }));
      }).flat();
      return { partitions, throttleMs: from.int32() };
    },
  };
}

function writeRequest({ timeoutMs, batches, transactionalId }: ProduceRequest): Uint8Array<ArrayBuffer> {
  const topics = Map.groupBy(batches, (batch) => batch.topic);
  const names = new Map([...topics.keys()].map((topic) => [topic, utf8.encode(topic)]));
  const producer = transactionalId === undefined ? undefined : utf8.encode(transactionalId);
  let size = 12 + (producer?.length ?? 0);
  for (const name of names.values()) size += 2 + name.length + 4;
  for (const batch of batches) size += 8 + batchLength(batch);

  // In one buffer: a request may hold a megabyte, and kafkajs copies it as it is.
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, producer?.length ?? -1);
  if (producer) bytes.set(producer, 2);
  let at = 2 + (producer?.length ?? 0);
  view.setInt16(at, ALL_IN_SYNC);
  view.setInt32(at + 2, timeoutMs);
  view.setInt32(at + 6, topics.size);
  at += 10;
  for (const [topic, ofTopic] of topics) {
    const name = names.get(topic)!;
    view.setInt16(at, name.length);
    bytes.set(name, at + 2);
    at += 2 + name.length;
    view.setInt32(at, ofTopic.length);
    at += 4;
    for (const batch of ofTopic) {
      const end = writeBatch(bytes, at + 8, batch);
      view.setInt32(at, batch.partition);
      view.setInt32(at + 4, end - at - 8);
      at = end;
    }
  }
  return bytes;
}

function readPartition(
  from: WireReader,
  { topic, version }: { readonly topic: string; readonly version: number },
): ProducedPartition {
  const partition = from.int32();
  const error = from.int16();
  const baseOffset = from.int64();
  from.int64();
  from.int64();
  if (version >= 8) {
    from.array(() => {
      from.int32();
      from.nullableString();
    });
    from.nullableString();
  }
  return { topic, partition, error, baseOffset };
}
