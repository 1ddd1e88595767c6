/** Reads what is committed in a topic, by a client that is not the gateway's own. */
import { type Batch, type KafkaMessage, Partitioners } from "kafkajs";
import type { KafkaCluster } from "../../../kafka/broker.ts";
import { asAdmin, testClient } from "../../../kafka/topics.ts";

/** What kafkajs knows of a batch beyond its types: also the markers, and whose transaction a record is part of. */
type RawMessage = KafkaMessage & {
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
};

/** The last byte of a marker's key: the transaction was committed. */
const COMMIT = 1;

/**
 * Every value that those see who read a topic with `isolation.level=read_committed`, in no order. Writes a last record to each
 * partition, and reads up to it: past what is open, once that is resolved.
 *
 * It judges by the markers itself: kafkajs takes the aborted transactions to come in the order of their first offsets, and
 * brokers list them by their last ones, so that it shows records of two that overlap.
 */
export async function readCommitted(cluster: Pick<KafkaCluster, "brokers">, topic: string): Promise<string[]> {
  const end = `end-${crypto.randomUUID()}`;
  const partitions = await asAdmin(cluster, (admin) => admin.fetchTopicOffsets(topic));
  const producer = testClient(cluster).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: partitions.map(({ partition }) => ({ partition, value: end })) });
  await producer.disconnect();
  const committed = new CommittedValues();
  const left = new Set(partitions.map(({ partition }) => partition));
  const done = Promise.withResolvers<void>();
  const groupId = `checker-${crypto.randomUUID()}`;
  const consumer = testClient(cluster).consumer({ groupId, maxWaitTimeInMs: 100, readUncommitted: true });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch({ batch }) {
      for (const message of rawMessages(batch)) {
        committed.take(batch.partition, message);
        if (String(message.value) === end) left.delete(batch.partition);
      }
      if (left.size === 0 && committed.open === 0) done.resolve();
      return Promise.resolve();
    },
  });
  const late = setTimeout(() => done.reject(new Error(`Waited 30 s for the end of ${topic}`)), 30_000);
  try {
    await done.promise;
  } finally {
    clearTimeout(late);
    await consumer.disconnect();
  }
  return committed.values.filter((value) => !value.startsWith("end-"));
}

/** Also what kafkajs would leave out. */
function rawMessages(batch: Batch): readonly RawMessage[] {
  return (batch as unknown as { readonly rawMessages: readonly RawMessage[] }).rawMessages;
}

/** Values of records, once it is known that they count. */
class CommittedValues {
  readonly values: string[] = [];
  readonly #pending = new Map<string, string[]>();
  /** The offset after the last one taken, by partition: a consumer that has to join again reads again what it has read. */
  readonly #next = new Map<number, bigint>();

  /** How many transactions have no marker yet. */
  get open(): number {
    return this.#pending.size;
  }

  take(partition: number, message: RawMessage): void {
    const offset = BigInt(message.offset);
    if (offset < (this.#next.get(partition) ?? 0n)) return;
    this.#next.set(partition, offset + 1n);
    const { producerId, inTransaction } = message.batchContext;
    const transaction = `${partition}:${producerId}`;
    if (message.isControlRecord) {
      if (message.key!.at(-1) === COMMIT) this.values.push(...this.#pending.get(transaction) ?? []);
      this.#pending.delete(transaction);
    } else if (inTransaction) {
      const pending = this.#pending.get(transaction);
      if (pending) pending.push(String(message.value));
      else this.#pending.set(transaction, [String(message.value)]);
    } else {
      this.values.push(String(message.value));
    }
  }
}
