/** What the end-to-end tests do to Kafka with a client of their own. */
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { registerCodecs } from "../../adapters/kafka/compression.ts";

/** A record as the checker reads it. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A kafkajs client that is not the gateway's. */
export function kafkaClient(brokers: readonly string[]): Kafka {
  return new Kafka({ clientId: "checker", brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 20 } });
}

/** Makes topics. */
export async function createTopics(
  brokers: readonly string[],
  topics: Readonly<Record<string, number>>,
): Promise<void> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: Object.entries(topics).map(([topic, numPartitions]) => ({ topic, numPartitions, replicationFactor: 1 })),
    });
  } finally {
    await admin.disconnect();
  }
}

/** Everything that a topic holds, by partition, in offset order, read by a consumer of its own. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<ReadRecord[][]> {
  registerCodecs();
  const kafka = kafkaClient(brokers);
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const partitions: ReadRecord[][] = ends.map(() => []);
  const wanted = new Set(ends.filter(({ low, high }) => Number(high) > Number(low)).map(({ partition }) => partition));
  if (wanted.size === 0) return partitions;
  const consumer = kafka.consumer({ groupId: `checker-${crypto.randomUUID()}` });
  const whole = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    // deno-lint-ignore require-await -- kafkajs wants a promise
    eachMessage: async ({ partition, message }) => {
      partitions[partition]!.push({
        partition,
        offset: Number(message.offset),
        key: message.key?.toString() ?? null,
        value: message.value?.toString() ?? null,
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      });
      const end = ends.find((range) => range.partition === partition)!;
      if (Number(message.offset) === Number(end.high) - 1) wanted.delete(partition);
      if (wanted.size === 0) whole.resolve();
    },
  });
  await whole.promise;
  await consumer.disconnect();
  return partitions;
}

/** Produces records with the partition left to the default partitioner. */
export async function produce(
  brokers: readonly string[],
  topic: string,
  messages: readonly { key: string; value: string }[],
): Promise<void> {
  const producer = kafkaClient(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: [...messages], acks: -1 });
  await producer.disconnect();
}
