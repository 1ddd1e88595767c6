/** What the end-to-end tests do to Kafka with a client of their own. */
import { Partitioners } from "kafkajs";
import { asAdmin, testClient, untilLed } from "../kafka/topics.ts";

/** Makes topics, by name with their partition counts. */
export async function createTopics(brokers: string[], topics: Readonly<Record<string, number>>): Promise<void> {
  await asAdmin({ brokers }, async (admin) => {
    await admin.createTopics({
      waitForLeaders: false,
      topics: Object.entries(topics).map(([topic, numPartitions]) => ({ topic, numPartitions, replicationFactor: 1 })),
    });
    await untilLed(admin, topics);
  });
}

/** Produces records with the partition left to the default partitioner. */
export async function produce(
  brokers: string[],
  topic: string,
  messages: readonly { key: string; value: string }[],
): Promise<void> {
  const producer = testClient({ brokers }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: [...messages], acks: -1 });
  await producer.disconnect();
}
