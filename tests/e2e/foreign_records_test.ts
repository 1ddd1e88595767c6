/** Records that other producers write, on a real Kafka. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { foreignProduce } from "../kafka/foreign_produce.ts";
import { kafkaForFile, kafkaTest } from "../kafka/kafka_test_case.ts";
import { readTopic } from "../kafka/topics.ts";
import { startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { createTopics, produce } from "./kafka_fixture.ts";

const cluster = kafkaForFile();

function config(suffix: string): string {
  return `
[[routes]]
channel = "chat:{room}"
topic = "chat-${suffix}"
[[routes]]
channel = "prices"
topic = "prices-${suffix}"
`;
}

kafkaTest("what the Java producer writes with each of its codecs reaches subscribers, and can be resumed", async () => {
  const { brokers } = cluster();
  const suffix = crypto.randomUUID().slice(0, 8);
  await createTopics(brokers, { [`chat-${suffix}`]: 6, [`prices-${suffix}`]: 1 });
  await using gateway = await startGateway({ config: config(suffix), env: { KAFKA_BROKERS: brokers.join(",") } });
  await using client = await JsonClient.open(gateway.url);
  client.send({ connect: {} });
  const { subscribed } = await client.request({ subscribe: { channel: "chat:lobby" } });
  const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
  for (const codec of codecs) {
    const lines = Array.from(
      { length: 50 },
      (_, n) => `lobby\t{"codec":"${codec}","n":${n},"big":12345678901234567890}`,
    );
    await foreignProduce({ brokers }, { topic: `chat-${suffix}`, codec, lines });
  }
  const due = codecs.flatMap((codec) => Array.from({ length: 50 }, (_, n) => `${codec} ${n}`));
  await client.until(() => (client.publications.get("chat:lobby")?.length ?? 0) >= due.length);
  const got = client.publications.get("chat:lobby")!.map(({ payload }) => `${payload.codec} ${payload.n}`);
  assertEquals(got, due);

  await using again = await JsonClient.open(gateway.url);
  again.send({ connect: {} });
  const resumed = await again.request({ subscribe: { channel: "chat:lobby", since: subscribed.cursor } });
  assertEquals(resumed.subscribed.recovered, true);
  assertEquals(again.publications.get("chat:lobby")!.map(({ payload }) => `${payload.codec} ${payload.n}`), due);
});

kafkaTest("a topic without keys is one channel, and bad records in it are left out", async () => {
  const { brokers } = cluster();
  const suffix = crypto.randomUUID().slice(0, 8);
  await createTopics(brokers, { [`chat-${suffix}`]: 6, [`prices-${suffix}`]: 1 });
  await using gateway = await startGateway({ config: config(suffix), env: { KAFKA_BROKERS: brokers.join(",") } });
  await using client = await JsonClient.open(gateway.url);
  client.send({ connect: {} });
  await client.request({ subscribe: { channel: "prices" } });
  await foreignProduce({ brokers }, {
    topic: `prices-${suffix}`,
    codec: "lz4",
    lines: ['{"price":1}', "{not json", '{"price":2}'],
  });
  await client.until(() => (client.publications.get("prices")?.length ?? 0) >= 2);
  assertEquals(client.publications.get("prices")!.map(({ payload }) => payload.price), [1, 2]);
});

kafkaTest("what a client publishes is a record that any consumer reads", async () => {
  const { brokers } = cluster();
  const suffix = crypto.randomUUID().slice(0, 8);
  await createTopics(brokers, { [`chat-${suffix}`]: 6, [`prices-${suffix}`]: 1 });
  await using gateway = await startGateway({ config: config(suffix), env: { KAFKA_BROKERS: brokers.join(",") } });
  await using client = await JsonClient.open(gateway.url);
  client.send({ connect: {} });
  const { user, session } = await client.connected();
  const messageId = crypto.randomUUID();
  const { published } = await client.request({
    publish: { channel: "chat:lobby", messageId, payload: { text: "hi" }, headers: { "x-trace": "42" } },
  });
  const [record] = await readTopic({ brokers }, `chat-${suffix}`);
  assertEquals(record, {
    partition: published.position.partition,
    offset: Number(published.position.offset),
    key: "lobby",
    value: '{"text":"hi"}',
    headers: {
      "tidegate-sender": user,
      "tidegate-session": session,
      "tidegate-message-id": messageId,
      "content-type": "application/json",
      "x-trace": "42",
    },
  });
});

kafkaTest("a missing topic is a start-up error that names every one that is missing", async () => {
  const { brokers } = cluster();
  const suffix = crypto.randomUUID().slice(0, 8);
  const gateway = startGateway({ config: config(suffix), env: { KAFKA_BROKERS: brokers.join(",") } });
  const failed = await gateway.then(() => undefined, (error: Error) => error);
  assertStringIncludes(failed?.message ?? "", `chat-${suffix}`);
  assertStringIncludes(failed?.message ?? "", `prices-${suffix}`);
  assertStringIncludes(failed?.message ?? "", "create_topics");
});

kafkaTest("a channel without a variable on a topic of several partitions is a start-up error", async () => {
  const { brokers } = cluster();
  const suffix = crypto.randomUUID().slice(0, 8);
  await createTopics(brokers, { [`chat-${suffix}`]: 1, [`prices-${suffix}`]: 3 });
  const gateway = startGateway({ config: config(suffix), env: { KAFKA_BROKERS: brokers.join(",") } });
  const failed = await gateway.then(() => undefined, (error: Error) => error);
  assertStringIncludes(failed?.message ?? "", `prices-${suffix} has 3 partitions`);
});

kafkaTest(
  "a record in another partition than its key's is delivered live, and the operator is told the fix",
  async () => {
    const { brokers } = cluster();
    const suffix = crypto.randomUUID().slice(0, 8);
    await createTopics(brokers, { [`chat-${suffix}`]: 6, [`prices-${suffix}`]: 1 });
    const wrong = config(suffix).replace("[[routes]]", '[[routes]]\npartitioner = "crc32"');
    await using gateway = await startGateway({ config: wrong, env: { KAFKA_BROKERS: brokers.join(",") } });
    await using client = await JsonClient.open(gateway.url);
    client.send({ connect: {} });
    await client.request({ subscribe: { channel: "chat:lobby" } });
    await produce(brokers, `chat-${suffix}`, [{ key: "lobby", value: "1" }]);
    await client.until(() => client.publications.get("chat:lobby")?.length === 1);
    assertStringIncludes(gateway.lines.join("\n"), 'set partitioner = \\"murmur2\\"');
  },
);
