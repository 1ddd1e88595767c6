import { assert, assertEquals, assertRejects } from "@std/assert";
import { lastValueFrom, map, tap, toArray } from "rxjs";
import { type Appended, kafkaSink, kafkaSource, KafkaStartError } from "../../../../adapters/kafka/mod.ts";
import type { StoredRecord } from "../../../../domain/log_record.ts";
import type { Delivery } from "../../../../streams/delivery.ts";
import { kafkaForFile, kafkaTest } from "../../../kafka/kafka_test_case.ts";
import { freshTopic, readTopic } from "../../../kafka/topics.ts";
import { until } from "../reading_case.ts";
import {
  committed,
  freshGroup,
  jobConnection,
  produceNumbers,
  stopAfter,
  sum,
  textOf,
  untilAsync,
} from "./job_case.ts";

const kafka = kafkaForFile();

kafkaTest("copies a topic, commits what was written, and goes on from there", async () => {
  const [from, to] = [await freshTopic(kafka(), { partitions: 3 }), await freshTopic(kafka(), { partitions: 2 })];
  const group = freshGroup();
  const copy = (count: number) => {
    const stop = new AbortController();
    return lastValueFrom(
      kafkaSource({ ...jobConnection(kafka()), group, topics: [from], signal: stop.signal }).pipe(
        map(({ value, done }) => ({ value: { topic: to, key: value.key, value: `copy of ${textOf(value)}` }, done })),
        kafkaSink({ ...jobConnection(kafka()), topics: [to] }),
        stopAfter(count, stop),
        toArray<Appended>(),
      ),
    );
  };
  await produceNumbers(kafka(), from, { from: 0, to: 100 });
  assertEquals((await copy(100)).length, 100);
  assertEquals(sum(await committed(kafka(), { group, topic: from })), 100);
  await produceNumbers(kafka(), from, { from: 100, to: 150 });
  assertEquals((await copy(50)).length, 50);
  const read = await readTopic(kafka(), to);
  assertEquals(
    read.map(({ value }) => value).sort(),
    Array.from({ length: 150 }, (_, at) => `copy of ${at}`).sort(),
  );
});

kafkaTest("a record that is not done holds the commit of its partition back", async () => {
  const topic = await freshTopic(kafka());
  const group = freshGroup();
  await produceNumbers(kafka(), topic, { from: 0, to: 10 });
  const deliveries: Delivery<StoredRecord>[] = [];
  const stop = new AbortController();
  const reading = lastValueFrom(
    kafkaSource({ ...jobConnection(kafka()), group, topics: [topic], commitMs: 50, signal: stop.signal }).pipe(
      tap((delivery) => deliveries.push(delivery)),
    ),
  );
  const offset = async () => (await committed(kafka(), { group, topic })).get(0)!;
  await until(() => deliveries.length === 10, "ten records");
  for (const at of [0, 1, 2, 4, 5, 6, 7, 8, 9]) deliveries[at]!.done();
  await untilAsync(async () => await offset() === 3, "the commit of what is before it");
  // Nor does a source that is to stop commit what is behind it; it waits.
  stop.abort();
  assertEquals(await offset(), 3);
  deliveries[3]!.done();
  await reading;
  assertEquals(await offset(), 10);
});

kafkaTest("hands out no more than may be in flight", async () => {
  const topic = await freshTopic(kafka(), { partitions: 2 });
  await produceNumbers(kafka(), topic, { from: 0, to: 50 });
  const open: Delivery<StoredRecord>[] = [];
  let most = 0;
  const stop = new AbortController();
  const source = kafkaSource({
    ...jobConnection(kafka()),
    group: freshGroup(),
    topics: [topic],
    inFlight: { records: 7 },
    signal: stop.signal,
  });
  const values = await lastValueFrom(source.pipe(
    tap((delivery) => {
      open.push(delivery);
      most = Math.max(most, open.length);
      // Not before the source had its chance to hand out more.
      setTimeout(() => open.splice(open.indexOf(delivery), 1)[0]!.done(), 5);
    }),
    map(({ value }) => textOf(value)),
    stopAfter(50, stop),
    toArray(),
  ));
  assertEquals(most, 7);
  assertEquals(new Set(values).size, 50);
});

kafkaTest("says at once what waiting does not mend", async () => {
  const topic = `none-${crypto.randomUUID()}`;
  const source = kafkaSource({ ...jobConnection(kafka()), group: freshGroup(), topics: [topic] });
  const error = await assertRejects(() => lastValueFrom(source), KafkaStartError);
  assert(error.message.includes(topic), error.message);
});
