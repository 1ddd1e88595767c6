/** Kafka for the peers, as the documentation of kafkajs has it. */
import { Kafka, logLevel, Partitioners } from "kafkajs";

/** A connected producer, and `run`, which calls `each({ key, value })` for every record of the topic from then on. */
export async function kafka() {
  const topic = process.env.TOPIC;
  const client = new Kafka({
    clientId: "bench-peer",
    brokers: process.env.KAFKA_BROKERS.split(","),
    logLevel: logLevel.WARN,
  });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();

  async function run(each) {
    // A group of its own: each server of a chat has to see every record.
    const consumer = client.consumer({ groupId: `bench-${process.pid}` });
    await consumer.connect();
    // The topic is new: from its beginning, no record is missed while the consumer starts.
    await consumer.subscribe({ topic, fromBeginning: true });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({
      eachMessage: async ({ message }) => each({ key: message.key.toString(), value: message.value.toString() }),
    });
    await joined;
  }

  /** Resolves when the record is on all in-sync replicas. */
  async function publish({ key, value }) {
    await producer.send({ topic, acks: -1, messages: [{ key, value }] });
  }

  return { run, publish };
}
