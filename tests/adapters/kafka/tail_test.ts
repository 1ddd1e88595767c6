import { assert, assertEquals } from "@std/assert";
import { kafkaForFile, kafkaTest } from "../../kafka/kafka_test_case.ts";
import { Follower, numbered, readAll, until, withReading } from "./reading_case.ts";

const cluster = kafkaForFile({ properties: { "log.cleaner.backoff.ms": "200" } });

kafkaTest("batches of a tail are contiguous, and the last one says that it caught up", async () => {
  await withReading(cluster(), { partitions: 2 }, async ({ reading, topics, produce }) => {
    const follower = new Follower(reading, topics, () => 0);
    await produce(numbered("a", 50));
    await produce(numbered("b", 50), { partition: 1 });
    await produce(numbered("c", 50));
    await follower.got(150);
    for (const [partition, count] of [[0, 100], [1, 50]]) {
      let next = 0;
      for (const batch of follower.batches.filter((each) => each.partition === partition)) {
        assertEquals(batch.from, next);
        next = batch.to;
      }
      assertEquals(next, count);
      assertEquals(follower.batches.findLast((batch) => batch.partition === partition)!.high, count);
    }
    follower.stop();
  });
});

kafkaTest("records that retention takes from under a held tail are told as expired", async () => {
  await withReading(cluster(), {}, async ({ reading, topic, topics, produce, admin }) => {
    const follower = new Follower(reading, topics);
    await follower.started();
    follower.holding = true;
    for (const value of numbered("a", 4)) {
      await produce([value]);
      await follower.got(Number(value.slice(1)) + 1);
    }
    await produce(numbered("b", 6));
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "8" }] });
    follower.release();
    await follower.got(6);
    assertEquals(follower.lost, [{ from: 4, to: 8, lost: "expired", partition: 0 }]);
    assertEquals(follower.values(), ["a0", "a1", "a2", "a3", "b4", "b5"]);
    follower.stop();
  });
});

kafkaTest("a topic that was deleted and made again is told as changed, then read from its beginning", async () => {
  await withReading(cluster(), { partitions: 2 }, async ({ reading, topic, topics, produce, admin, create }) => {
    const follower = new Follower(reading, topics);
    await follower.started(2);
    await produce(numbered("old", 5));
    await follower.got(5);
    await admin.deleteTopics({ topics: [topic] });
    await create(topic);
    // As many as before, and more: offsets alone do not tell the two lives apart.
    await produce(numbered("new", 9));
    await follower.got(14);
    await until(() => follower.lost.length === 2, "both partitions to be told as changed");
    const lost = follower.lost.toSorted((a, b) => a.partition - b.partition);
    assertEquals(lost, [
      { from: 5, to: 0, lost: "log_changed", partition: 0 },
      { from: 0, to: 0, lost: "log_changed", partition: 1 },
    ]);
    assertEquals(follower.values(), [...numbered("old", 5), ...numbered("new", 9)]);
    follower.stop();
  });
});

kafkaTest("a deleted topic does not hold up another one, and leaves the state", async () => {
  await withReading(cluster(), { topics: 2 }, async ({ reading, topics, produce, admin }) => {
    const [gone, kept] = topics as [string, string];
    let names: string[] = [];
    let available = false;
    const watching = reading.state.subscribe((state) => {
      names = [...state.topics.keys()];
      available = state.available;
    });
    const follower = new Follower(reading, topics);
    await follower.started(2);
    await admin.deleteTopics({ topics: [gone] });
    for (const value of numbered("a", 20)) {
      await produce([value], { topic: kept });
      await follower.got(Number(value.slice(1)) + 1);
    }
    await until(() => !names.includes(gone), "the deleted topic to leave the state");
    assertEquals({ names, available }, { names: [kept], available: true });
    follower.stop();
    watching.unsubscribe();
  });
});

kafkaTest("partitions that are added are read from their beginning, without being asked for", async () => {
  await withReading(cluster(), {}, async ({ reading, topic, topics, produce, admin }) => {
    let partitions = 0;
    const watching = reading.state.subscribe((state) => partitions = state.topics.get(topic)?.partitions ?? 0);
    const follower = new Follower(reading, topics);
    await follower.started();
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await produce(numbered("early", 3), { partition: 2 });
    await follower.got(3);
    assertEquals(follower.values(), numbered("early", 3));
    assertEquals({ asked: follower.asked, partitions }, { asked: 1, partitions: 3 });
    follower.stop();
    watching.unsubscribe();
  });
});

kafkaTest("transaction markers and aborted records are holes", async () => {
  await withReading(cluster(), {}, async ({ reading, topic, topics, produce, kafka }) => {
    const follower = new Follower(reading, topics);
    await follower.started();
    const producer = kafka.producer({ transactionalId: crypto.randomUUID(), maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    const inTransaction = async (value: string, end: "commit" | "abort") => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value, partition: 0 }] });
      await transaction[end]();
    };
    await inTransaction("committed", "commit");
    await inTransaction("aborted", "abort");
    await produce(["plain"]);
    // Two records, and a marker behind each transaction: when a marker is written is the broker's affair.
    await until(() => follower.batches.at(-1)?.to === 5, "the tail to catch up");
    await producer.disconnect();
    assertEquals(follower.values(), ["committed", "plain"]);
    assertEquals(follower.lost, []);
    follower.stop();
  });
});

kafkaTest("what compaction removed is a hole", async () => {
  const config = {
    "cleanup.policy": "compact",
    "segment.ms": "50",
    "min.cleanable.dirty.ratio": "0.01",
    "max.compaction.lag.ms": "100",
  };
  await withReading(cluster(), { config }, async ({ reading, topics, topic, produce }) => {
    // A segment is rolled by the first append after its time: appends go on until the cleaner has been there.
    let appended = 0;
    const survivors = async () => {
      await produce([`v${appended++}`], { key: "same" });
      await new Promise((resolve) => setTimeout(resolve, 60));
      const batches = await readAll(reading, { topic, partition: 0 }, { from: 0, to: appended });
      return batches.flatMap((batch) => batch.records).length;
    };
    while (await survivors() === appended) assert(appended < 200, "nothing was compacted");
    const follower = new Follower(reading, topics, () => 0);
    await until(() => follower.batches.at(-1)?.to === appended, "the tail to catch up");
    assertEquals(follower.values().at(-1), `v${appended - 1}`);
    assert(follower.records().length < appended);
    assertEquals(follower.lost, []);
    assertEquals(follower.batches[0]!.from, 0);
    follower.stop();
  });
});

kafkaTest("a batch that inflates over the bound is skipped and counted, and what follows it is read", async () => {
  await withReading(cluster(), {}, async ({ reading, topic, topics, produce, kafka, telemetry }) => {
    const follower = new Follower(reading, topics);
    await follower.started();
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, compression: 1, messages: [{ value: new Uint8Array(65 * 1024 * 1024) as never }] });
    await producer.disconnect();
    await produce(["after"]);
    await follower.got(1);
    assertEquals(follower.values(), ["after"]);
    assertEquals(follower.batches.map(({ from }) => from)[0], 0);
    assertEquals(telemetry.counted("records_unreadable"), 1);
    assertEquals(follower.lost, []);
    follower.stop();
  });
});
