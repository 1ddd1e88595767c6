/** Topics of a test, made and read by kafkajs: a client that is not the one under test. */
import { type Admin, Kafka, logLevel } from "kafkajs";
import { registerCodecs } from "../../adapters/kafka/compression.ts";
import type { KafkaCluster } from "./broker.ts";

/** A record as the checker read it. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A kafkajs client of its own, silent. */
export function testClient(cluster: Pick<KafkaCluster, "brokers">): Kafka {
  return new Kafka({ brokers: cluster.brokers, clientId: "tidegate-test", logLevel: logLevel.NOTHING });
}

/** Does something with kafkajs' admin client. */
export async function asAdmin<T>(
  cluster: Pick<KafkaCluster, "brokers">,
  task: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = testClient(cluster).admin();
  await admin.connect();
  try {
    return await task(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Makes a topic with a name of its own, and resolves with the name once it has leaders. */
export async function freshTopic(
  cluster: KafkaCluster,
  options: { partitions?: number; replicas?: number; config?: Record<string, string> } = {},
): Promise<string> {
  const topic = `test-${crypto.randomUUID()}`;
  const configEntries = Object.entries(options.config ?? {}).map(([name, value]) => ({ name, value }));
  const numPartitions = options.partitions ?? 1;
  const replicationFactor = options.replicas ?? Math.max(1, cluster.nodes.length);
  await asAdmin(cluster, async (admin) => {
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions, replicationFactor, configEntries }],
    });
    await untilLed(admin, { [topic]: numPartitions });
  });
  return topic;
}

/** Waits until topics have so many partitions, each with a leader. Of several brokers some know a new topic later than others. */
export async function untilLed(admin: Admin, topics: Readonly<Record<string, number>>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (let reason: unknown = "no answer";;) {
    try {
      const { topics: known } = await admin.fetchTopicMetadata({ topics: Object.keys(topics) });
      const led = known.filter(({ name, partitions }) =>
        partitions.length === topics[name] && partitions.every(({ leader }) => leader >= 0)
      );
      if (led.length === Object.keys(topics).length) return;
      reason = "not all partitions have a leader";
    } catch (error) {
      reason = error;
    }
    if (Date.now() > deadline) throw new Error(`Cannot use ${Object.keys(topics)}: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Everything that a topic holds now, by partition in offset order. */
export async function readTopic(cluster: Pick<KafkaCluster, "brokers">, topic: string): Promise<ReadRecord[]> {
  const ends = await asAdmin(cluster, (admin) => admin.fetchTopicOffsets(topic));
  const left = new Map(ends.filter((end) => end.high !== end.low).map((end) => [end.partition, Number(end.high)]));
  if (left.size === 0) return [];

  registerCodecs();
  const groupId = `checker-${crypto.randomUUID()}`;
  const consumer = testClient(cluster).consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  // By place: after a rebalance of this consumer records come again.
  const records = new Map<string, ReadRecord>();
  const done = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachBatch({ batch }) {
      for (const { offset, key, value, headers } of batch.messages) {
        const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
        const text = (bytes: Uint8Array | null) => bytes === null ? null : new TextDecoder().decode(bytes);
        records.set(`${batch.partition} ${offset}`, {
          partition: batch.partition,
          offset: Number(offset),
          key: text(key),
          value: text(value),
          headers: Object.fromEntries(texts),
        });
      }
      if (Number(batch.lastOffset()) + 1 >= (left.get(batch.partition) ?? Infinity)) left.delete(batch.partition);
      if (left.size === 0) done.resolve();
      return Promise.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  await asAdmin(cluster, (admin) => admin.deleteGroups([groupId]));
  return [...records.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}
