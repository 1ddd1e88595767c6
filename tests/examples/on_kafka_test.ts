/** The examples that use Kafka, each as a process of its own, on one broker. */
import { assert, assertEquals } from "@std/assert";
import { lastValueFrom, of } from "rxjs";
import { logSink, openSqliteLog } from "../../adapters/log/mod.ts";
import { createTopics, produce } from "../e2e/kafka_fixture.ts";
import { kafkaForFile, kafkaTest } from "../kafka/kafka_test_case.ts";
import { asAdmin, readTopic, testClient } from "../kafka/topics.ts";
import { startExample } from "./example_process.ts";

const kafka = kafkaForFile();
const env = () => ({ KAFKA_BROKERS: kafka().brokers.join(",") });
const options = { nodes: true };

/** The `chat` of a gateway, which two examples use. */
const chat = () => createTopics(kafka().brokers, { chat: 1 });

/** The values of a topic, once it has so many. */
async function values(topic: string, count: number): Promise<(string | null)[]> {
  let read: (string | null)[] = [];
  while (read.length < count) read = (await readTopic(kafka(), topic)).map(({ value }) => value);
  return read;
}

kafkaTest("example orders: it settles what both shops write, and stops when it is told to", async () => {
  const topics = ["shop-berlin", "shop-paris", "orders-small", "orders-large", "orders-dead"];
  await createTopics(kafka().brokers, Object.fromEntries(topics.map((topic) => [topic, 2])));
  await using example = await startExample("orders", env());
  await produce(kafka().brokers, "shop-berlin", [{ key: "1", value: '{"amount":10,"currency":"EUR"}' }]);
  await produce(kafka().brokers, "shop-paris", [
    { key: "2", value: '{"amount":2000,"currency":"USD"}' },
    { key: "3", value: "no order" },
  ]);
  assertEquals(await values("orders-small", 1), ['{"amount":10,"currency":"EUR","euros":10,"shop":"shop-berlin"}']);
  assertEquals(await values("orders-large", 1), ['{"amount":2000,"currency":"USD","euros":1720,"shop":"shop-paris"}']);
  assertEquals(await values("orders-dead", 1), ["no order"]);
  assertEquals(await example.stop(), 0, example.lines.join("\n"));
  assert(example.lines.includes("orders: stopped, 3 done"), example.lines.join("\n"));
}, options);

kafkaTest("example devices: what devices send is in Kafka", async () => {
  await createTopics(kafka().brokers, { readings: 2, "readings-dead": 1 });
  await using example = await startExample("devices", { ...env(), PORT: "0" });
  const [, url] = await example.line(/(ws:\/\/\S+)/);
  const device = new WebSocket(url!);
  await new Promise((resolve) => device.onopen = resolve);
  for (let at = 0; at < 100; at++) device.send(`{"device":"d1","celsius":${at}}`);
  device.send("hello");
  assertEquals(
    await values("readings", 100),
    Array.from({ length: 100 }, (_, at) => `{"celsius":${at}}`),
  );
  assertEquals(await values("readings-dead", 1), ["hello"]);
  const closed = new Promise<CloseEvent>((resolve) => device.onclose = resolve);
  assertEquals(await example.stop(), 0, example.lines.join("\n"));
  assertEquals((await closed).code, 4000);
}, options);

kafkaTest("example replay: the last hour of a room is in the new channel, and nothing that is older", async () => {
  await chat();
  await createTopics(kafka().brokers, { replays: 1 });
  const producer = testClient(kafka()).producer();
  await producer.connect();
  const at = (hours: number) => String(Date.now() - hours * 3_600_000);
  const messages = [
    { key: "lobby", value: '"too old"', timestamp: at(2) },
    { key: "lobby", value: '"one"', timestamp: at(0.5) },
    { key: "attic", value: '"elsewhere"', timestamp: at(0.4) },
    { key: "lobby", value: '"two"', timestamp: at(0.3) },
  ];
  await producer.send({ topic: "chat", messages });
  await producer.disconnect();
  await using example = await startExample("replay", env());
  assertEquals(await example.ended, 0, example.lines.join("\n"));
  const read = await readTopic(kafka(), "replays");
  assertEquals(read.map(({ key, value }) => [key, value]), [["lobby-2025-11-22", '"one"'], [
    "lobby-2025-11-22",
    '"two"',
  ]]);
  await asAdmin(kafka(), (admin) => admin.deleteTopics({ topics: ["chat"] }));
}, options);

kafkaTest("example bridge: a gateway's file is in Kafka, and a second run copies nothing twice", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-bridge-" });
  const write = async (...texts: readonly string[]) => {
    await using log = Object.assign(await openSqliteLog({ path: `${folder}/data/log.sqlite`, topics: { chat: 4 } }), {
      [Symbol.asyncDispose]: () => log.close(),
    });
    const records = texts.map((value) => ({ value: { topic: "chat", key: "lobby", value }, done: () => {} }));
    await lastValueFrom(of(...records).pipe(logSink(log)));
  };
  try {
    await chat();
    await write('"one"', '"two"');
    for (const count of [2, 3]) {
      await using example = await startExample("bridge", env(), folder);
      assertEquals((await values("chat", count)).length, count);
      assertEquals(await example.stop(), 0, example.lines.join("\n"));
      if (count === 2) await write('"three"');
    }
    const read = await readTopic(kafka(), "chat");
    assertEquals(read.map(({ key, value }) => [key, value]), [["lobby", '"one"'], ["lobby", '"two"'], [
      "lobby",
      '"three"',
    ]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, options);
