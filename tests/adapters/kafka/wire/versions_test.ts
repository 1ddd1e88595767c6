import { assertEquals, assertMatch } from "@std/assert";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { kafkaClient, parseAddress } from "../../../../adapters/kafka/client.ts";
import { inflate } from "../../../../adapters/kafka/compression.ts";
import { type Link, openLink } from "../../../../adapters/kafka/link.ts";
import { FETCH, fetchRecords } from "../../../../adapters/kafka/wire/fetch.ts";
import { METADATA, metadata } from "../../../../adapters/kafka/wire/metadata.ts";
import { readBatches } from "../../../../adapters/kafka/wire/record_batches.ts";
import { KAFKA_ERRORS } from "../../../../adapters/kafka/wire/errors.ts";
import { kafkaForFile, kafkaTest } from "../../../kafka/kafka_test_case.ts";
import { optionsFor } from "../reading_case.ts";

const cluster = kafkaForFile();

/** Runs with a link to a broker, and a topic of two partitions with three records in the second one. */
async function withLink(run: (link: Link, topic: string) => Promise<void>): Promise<void> {
  const { brokers } = cluster();
  const topic = `wire-${crypto.randomUUID()}`;
  const kafka = new Kafka({ brokers, clientId: "tidegate-test", logLevel: logLevel.NOTHING });
  const [admin, producer] = [
    kafka.admin(),
    kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner }),
  ];
  await Promise.all([admin.connect(), producer.connect()]);
  const ending = new AbortController();
  try {
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 2 }] });
    await producer.send({ topic, messages: ["a", "b", "c"].map((value) => ({ value, partition: 1 })) });
    const options = optionsFor(brokers, [topic]);
    const client = kafkaClient(options, {
      deadlines: { connectMs: 5_000, requestMs: 5_000 },
      telemetry: options.telemetry,
    });
    const link = await openLink(client, parseAddress(brokers[0]!), { deadlineMs: 5_000, signal: ending.signal });
    await run(link, topic);
  } finally {
    ending.abort();
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

function ask(link: Link, version: number, topic: string) {
  return link.ask({ ...METADATA, highest: version }, (known) => metadata(known, [topic, "no-such-topic"]), 5_000);
}

kafkaTest("every version of Metadata says the same, and from 10 on the topic's id", async () => {
  await withLink(async (link, topic) => {
    for (let version = METADATA.lowest; version <= METADATA.highest; version++) {
      const { brokers, topics } = await ask(link, version, topic);
      assertEquals(brokers.length, cluster().brokers.length);
      const known = topics.find(({ name }) => name === topic)!;
      assertEquals(known.partitions.map(({ partition }) => partition).sort(), [0, 1]);
      assertEquals(known.partitions.every(({ leader, replicas }) => replicas.includes(leader)), true);
      if (version >= 10) assertMatch(known.id!, /^[0-9a-f]{32}$/);
      else assertEquals(known.id, undefined);
      assertEquals(known.mayRead, version >= 8 ? true : undefined);
      const missing = topics.find(({ name }) => name === "no-such-topic")!;
      assertEquals(missing.error, KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION);
      assertEquals(missing.partitions, []);
    }
  });
});

kafkaTest(
  "every version of Fetch reads the same records, and tells an error of one partition from the others",
  async () => {
    await withLink(async (link, topic) => {
      const { id, partitions } = (await ask(link, METADATA.highest, topic)).topics.find(({ name }) => name === topic)!;
      for (let version = FETCH.lowest; version <= FETCH.highest; version++) {
        const asked = (partition: number, offset: number) => {
          const { leaderEpoch } = partitions.find((each) => each.partition === partition)!;
          return { partition, leaderEpoch, offset, lastEpoch: -1, maxBytes: 100_000 };
        };
        const response = await link.ask({ ...FETCH, highest: version }, (known) =>
          fetchRecords(known, {
            maxWaitMs: 100,
            maxBytes: 100_000,
            topics: [{ name: topic, id, partitions: [asked(0, 7), asked(1, 1)] }],
          }), 5_000);
        assertEquals(response.topics.map((each) => each.topic), [topic]);
        const [none, some] = response.topics[0]!.partitions.toSorted((a, b) => a.partition - b.partition);
        assertEquals(none!.error, KAFKA_ERRORS.OFFSET_OUT_OF_RANGE);
        assertEquals({ error: some!.error, low: some!.low, high: some!.high }, { error: 0, low: 0, high: 3 });
        const { records, next } = await readBatches(some!, { topic, partition: 1, from: 1, to: Infinity, inflate });
        assertEquals(records.map(({ value }) => new TextDecoder().decode(value!)), ["b", "c"]);
        assertEquals(next, 3);
      }
    });
  },
);

kafkaTest("a fetch by the id of another life of the topic is refused", async () => {
  await withLink(async (link, topic) => {
    const partitions = [{ partition: 1, leaderEpoch: -1, offset: 0, lastEpoch: -1, maxBytes: 1_000 }];
    const response = await link.ask(
      FETCH,
      (version) =>
        fetchRecords(version, {
          maxWaitMs: 1,
          maxBytes: 1_000,
          topics: [{ name: topic, id: "0123456789abcdef0123456789abcdef", partitions }],
        }),
      5_000,
    );
    assertEquals(response.topics[0]!.topic, topic);
    assertEquals(response.topics[0]!.partitions[0]!.error, KAFKA_ERRORS.UNKNOWN_TOPIC_ID);
  });
});
