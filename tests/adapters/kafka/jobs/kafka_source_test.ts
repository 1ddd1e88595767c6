import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { lastValueFrom, map, tap, toArray } from "rxjs";
import { type Appended, kafkaSink, kafkaSource, KafkaStartError } from "../../../../adapters/kafka/mod.ts";
import type { StoredRecord } from "../../../../domain/log_record.ts";
import type { Delivery } from "../../../../streams/delivery.ts";
import { kafkaForFile, kafkaTest } from "../../../kafka/kafka_test_case.ts";
import { asAdmin, freshTopic, readTopic } from "../../../kafka/topics.ts";
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

kafkaTest("members share partitions, and what one hands back another reads: nothing is lost", async () => {
  const topic = await freshTopic(kafka(), { partitions: 4 });
  const group = freshGroup();
  const all = { ...jobConnection(kafka()), group, topics: [topic], commitMs: 50, drainMs: 200, rebalanceMs: 3_000 };
  const stops = [new AbortController(), new AbortController()] as const;
  const read: [string[], string[]] = [[], []];
  const held: Delivery<StoredRecord>[] = [];
  const member = (at: 0 | 1) =>
    lastValueFrom(
      kafkaSource({ ...all, signal: stops[at].signal }).pipe(tap((delivery) => {
        read[at].push(textOf(delivery.value));
        // The first member is not done with one record before its partitions move.
        if (at === 0 && textOf(delivery.value) === "5" && held.length === 0) held.push(delivery);
        else delivery.done();
      })),
      { defaultValue: undefined },
    );
  const count = () => new Set(read.flat()).size;

  const first = member(0);
  await produceNumbers(kafka(), topic, { from: 0, to: 40 });
  await until(() => count() === 40, "the first forty");
  const second = member(1);
  const notes = all.telemetry.notes;
  const shared = () => notes.filter(({ fields }) => fields.partitions === 2).length >= 2;
  await until(shared, "two members of two partitions each");
  await untilAsync(
    () => Promise.resolve(read.flat().filter((value) => value === "5").length === 2),
    "the held one again",
  );
  // Nothing is committed by one of before the rebalance.
  held[0]!.done();
  await produceNumbers(kafka(), topic, { from: 40, to: 80 });
  await until(() => count() === 80, "the next forty");
  stops[0].abort();
  await first;
  await until(() => notes.at(-1)?.fields.partitions === 4, "all partitions to go to the one that stays");
  await produceNumbers(kafka(), topic, { from: 80, to: 120 });
  await until(() => count() === 120, "the last forty");
  stops[1].abort();
  await second;
  const ends = await asAdmin(kafka(), (admin) => admin.fetchTopicOffsets(topic));
  assertEquals(
    [...await committed(kafka(), { group, topic })].sort(),
    ends.map(({ partition, high }) => [partition, Number(high)] as const).sort(),
  );
  assertGreater(Math.min(...read.map((values) => values.length)), 10);
});
