import { assertEquals } from "@std/assert";
import { lastValueFrom, map, tap, toArray } from "rxjs";
import { kafkaRange, type KafkaRangeOptions } from "../../../../adapters/kafka/mod.ts";
import { kafkaForFile, kafkaTest } from "../../../kafka/kafka_test_case.ts";
import { asAdmin, freshTopic, testClient } from "../../../kafka/topics.ts";
import { jobConnection, textOf } from "./job_case.ts";

const kafka = kafkaForFile();

/** Writes values at times, each of its own partition. */
async function produceAt(topic: string, records: readonly (readonly [number, string, number])[]): Promise<void> {
  const producer = testClient(kafka()).producer();
  await producer.connect();
  for (const [partition, value, time] of records) {
    await producer.send({ topic, messages: [{ partition, value, timestamp: `${time}` }] });
  }
  await producer.disconnect();
}

async function read(topic: string, options: Pick<KafkaRangeOptions, "from" | "to">): Promise<string[]> {
  const values = await lastValueFrom(
    kafkaRange({ ...jobConnection(kafka()), topics: [topic], inFlight: { records: 2 }, ...options }).pipe(
      tap((delivery) => setTimeout(() => delivery.done(), 0)),
      map(({ value }) => textOf(value)),
      toArray(),
    ),
  );
  return values.sort();
}

kafkaTest("reads what is there from a time or a place on, and completes", async () => {
  const topic = await freshTopic(kafka(), { partitions: 2 });
  const hour = 3_600_000;
  const now = Date.now();
  await produceAt(topic, [
    [0, "a", now - 3 * hour],
    [0, "b", now - hour],
    [0, "c", now],
    [1, "d", now - 2 * hour],
    [1, "e", now - 1],
  ]);
  assertEquals(await read(topic, {}), ["a", "b", "c", "d", "e"]);
  assertEquals(await read(topic, { from: { time: now - hour } }), ["b", "c", "e"]);
  assertEquals(await read(topic, { from: { time: now - 2 * hour }, to: { time: now } }), ["b", "d", "e"]);
  assertEquals(await read(topic, { from: { time: now + hour } }), []);
  assertEquals(await read(topic, { from: [{ topic, partition: 1, offset: 1 }] }), ["e"]);
  // What it no longer holds is left out, and does not keep it from its end.
  await asAdmin(kafka(), async (admin) => {
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "2" }] });
  });
  assertEquals(await read(topic, { from: [{ topic, partition: 0, offset: 0 }] }), ["c"]);
});
