/** What the tests of stream jobs on Kafka share. */
import { type MonoTypeOperatorFunction, tap } from "rxjs";
import { CompressionTypes, type Message, Partitioners } from "kafkajs";
import type { KafkaJobConnection } from "../../../../adapters/kafka/jobs/job_connection.ts";
import type { KafkaCluster } from "../../../kafka/broker.ts";
import { asAdmin, testClient } from "../../../kafka/topics.ts";
import { type Told, told } from "../reading_case.ts";

/** How a job of a test reaches Kafka; it is heard, not printed. */
export function jobConnection(
  cluster: Pick<KafkaCluster, "brokers">,
): KafkaJobConnection & { readonly telemetry: Told } {
  return { brokers: cluster.brokers, clientId: "job-test", telemetry: told() };
}

/** A group of a name of its own. */
export function freshGroup(): string {
  return `group-${crypto.randomUUID()}`;
}

/** Writes numbered records, spread over the partitions by their key. */
export async function produceNumbers(
  cluster: Pick<KafkaCluster, "brokers">,
  topic: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  // Idempotent: what kafkajs sends again is not there twice.
  const producer = testClient(cluster).producer({
    idempotent: true,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const messages = Array.from({ length: to - from }, (_, at): Message => ({
    key: `key-${from + at}`,
    value: `${from + at}`,
  }));
  await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.None });
  await producer.disconnect();
}

/** The offsets that a group has committed in a topic, by partition; -1 where it has none. */
export async function committed(
  cluster: Pick<KafkaCluster, "brokers">,
  { group, topic }: { readonly group: string; readonly topic: string },
): Promise<ReadonlyMap<number, number>> {
  const [found] = await asAdmin(cluster, (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }));
  return new Map(found!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
}

/** Asks again and again until it is so. */
export async function untilAsync(condition: () => Promise<boolean>, what: string, patienceMs = 20_000): Promise<void> {
  for (const end = performance.now() + patienceMs; !await condition();) {
    if (performance.now() > end) throw new Error(`Waited ${patienceMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What of numbered values is missing, and what is there more than once. */
export function countNumbers(values: readonly string[], count: number): { missing: string[]; doubled: string[] } {
  const seen = Map.groupBy(values, (value) => value);
  return {
    missing: Array.from({ length: count }, (_, at) => `${at}`).filter((value) => !seen.has(value)),
    doubled: [...seen].filter(([, all]) => all.length > 1).map(([value]) => value),
  };
}

/** A record's value. */
export function textOf({ value }: { readonly value: Uint8Array | null }): string {
  return new TextDecoder().decode(value!);
}

/** Has a source drain when so many values came. */
export function stopAfter<T>(count: number, stop: AbortController): MonoTypeOperatorFunction<T> {
  let left = count;
  return tap(() => {
    if (--left === 0) stop.abort();
  });
}

/** How many records a group has dealt with, in a topic that holds nothing else. */
export function sum(offsets: ReadonlyMap<number, number>): number {
  return [...offsets.values()].reduce((total, offset) => total + Math.max(0, offset), 0);
}
