import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { CompressionTypes, Kafka, logLevel } from "kafkajs";
import { firstValueFrom } from "rxjs";
import type { Outcome } from "../../../domain/ports/log.ts";
import { faultySockets, PRODUCE_KEY } from "../../kafka/faulty_sockets.ts";
import { kafkaForFile, kafkaTest } from "../../kafka/kafka_test_case.ts";
import { freshTopic, readTopic } from "../../kafka/topics.ts";
import { appendSide, record } from "./append_side.ts";

const kafka = kafkaForFile();
const PUBLISHES = 500;

/** Publishes numbered records, `apart` at a time, and gives their outcomes. */
async function publishMany(
  log: ReturnType<typeof appendSide>,
  topic: string,
  { partitions, apart }: { readonly partitions: number; readonly apart: number },
): Promise<Outcome[]> {
  const outcomes: Promise<Outcome[]>[] = [];
  for (let at = 0; at < PUBLISHES; at++) {
    outcomes.push(log.append([record(topic, `${at}`, at % partitions)]));
    // Ten on their way at any time: the lane has a request in flight and records behind it.
    if (outcomes.length >= apart) await outcomes[at - apart + 1];
  }
  return (await Promise.all(outcomes)).flat();
}

kafkaTest("loses, doubles and disorders nothing when answers are lost", async () => {
  const topic = await freshTopic(kafka(), { partitions: 3 });
  const sockets = faultySockets();
  await using log = appendSide(kafka(), { topics: [topic], socketFactory: sockets.factory });
  let asked = 0;
  sockets.decide = (apiKey) => apiKey === PRODUCE_KEY && ++asked % 3 === 0 ? "cut" : "none";
  const outcomes = await publishMany(log, topic, { partitions: 3, apart: 10 });
  sockets.decide = () => "none";

  assertGreater(sockets.lost, 15);
  const read = await readTopic(kafka(), topic);
  // The broker tells what is sent again from what is new: not even a double.
  assertEquals(read.length, PUBLISHES);
  const place = new Map(read.map(({ partition, offset, value }) => [value, `${partition}@${offset}`]));
  outcomes.forEach((outcome, at) => {
    assert(outcome.kind === "appended", JSON.stringify(outcome));
    assertEquals(place.get(`${at}`), `${at % 3}@${outcome.offset}`);
  });
  for (let partition = 0; partition < 3; partition++) {
    const values = read.filter((one) => one.partition === partition).map((one) => Number(one.value));
    assertEquals(values, values.toSorted((a, b) => a - b));
  }
});

kafkaTest("the same faults make concurrent sends of one kafkajs producer lose what was acknowledged", async () => {
  const topic = await freshTopic(kafka());
  const sockets = faultySockets();
  const client = new Kafka({
    brokers: kafka().brokers,
    clientId: "unsafe",
    logLevel: logLevel.NOTHING,
    socketFactory: sockets.factory,
    retry: { initialRetryTime: 20, maxRetryTime: 50 },
  });
  const producer = client.producer({
    idempotent: true,
    createPartitioner: () => () => 0,
    maxInFlightRequests: 5,
  });
  await producer.connect();
  let asked = 0;
  sockets.decide = (apiKey) => apiKey === PRODUCE_KEY && ++asked % 7 === 0 ? "cut" : "none";
  const acknowledged: string[] = [];
  const send = async (at: number) => {
    await producer.send({ topic, compression: CompressionTypes.None, messages: [{ value: `${at}` }] }).then(
      () => acknowledged.push(`${at}`),
      () => {},
    );
  };
  for (let at = 0; at < 200; at += 10) await Promise.all(Array.from({ length: 10 }, (_, index) => send(at + index)));
  sockets.decide = () => "none";
  await producer.disconnect();

  assertGreater(sockets.lost, 5);
  const inLog = new Set((await readTopic(kafka(), topic)).map((one) => one.value));
  const missing = acknowledged.filter((value) => !inLog.has(value));
  assertGreater(missing.length, 0, `${acknowledged.length} acknowledged, all of them in the log`);
});

kafkaTest("appends when a broker says nothing for a while", async () => {
  const topic = await freshTopic(kafka());
  const sockets = faultySockets();
  const deadlines = { requestMs: 300, appendMs: 10_000 };
  await using log = appendSide(kafka(), { topics: [topic], socketFactory: sockets.factory, deadlines });
  let left = 3;
  sockets.decide = (apiKey) => apiKey === PRODUCE_KEY && left-- > 0 ? "swallow" : "none";
  const outcomes = await Promise.all([log.append([record(topic, "a")]), log.append([record(topic, "b")])]);
  assertEquals(outcomes.flat().map((one) => one.kind), ["appended", "appended"]);
  assertEquals(sockets.lost, 3);
  assertEquals((await readTopic(kafka(), topic)).map((one) => one.value), ["a", "b"]);
});

kafkaTest("says unknown of what was sent and rejects what is behind it, at the deadline", async () => {
  const topic = await freshTopic(kafka());
  const sockets = faultySockets();
  const deadlines = { requestMs: 400, appendMs: 1_500 };
  await using log = appendSide(kafka(), { topics: [topic], socketFactory: sockets.factory, deadlines });
  await log.append([record(topic, "0")]);
  sockets.decide = (apiKey) => apiKey === PRODUCE_KEY ? "swallow" : "none";
  const since = performance.now();
  const sent = log.append([record(topic, "1"), record(topic, "2")]);
  // In flight by now: what comes is behind it.
  await until(() => sockets.lost > 0);
  const behind = [log.append([record(topic, "3")]), log.append([record(topic, "4")])];

  const kinds = (outcomes: Outcome[]) => outcomes.map((one) => one.kind === "rejected" ? one.reason : one.kind);
  assertEquals(kinds(await sent), ["unknown", "unknown"]);
  assertLess(performance.now() - since, 4_000);
  assertEquals((await Promise.all(behind)).flatMap(kinds), ["unavailable", "unavailable"]);

  // The broker is known to be away: at once.
  const refusedSince = performance.now();
  assertEquals(kinds(await log.append([record(topic, "5")])), ["unavailable"]);
  assertLess(performance.now() - refusedSince, 1_000);
  sockets.decide = () => "none";
  await until(async () => kinds(await log.append([record(topic, "5")]))[0] === "appended");
  const values = (await readTopic(kafka(), topic)).map((one) => one.value);
  assertEquals(values.filter((value) => value === "3" || value === "4"), []);
  assertEquals(values[0], "0");
  assertEquals(values.at(-1), "5");
});

kafkaTest("says what stands in the way, and when it is gone", async () => {
  const topic = await freshTopic(kafka());
  const sockets = faultySockets();
  await using log = appendSide(kafka(), {
    topics: [topic],
    socketFactory: sockets.factory,
    deadlines: { requestMs: 200 },
  });
  assertEquals(await firstValueFrom(log.side.trouble), undefined);
  let left = 2;
  sockets.decide = (apiKey) => apiKey === PRODUCE_KEY && left-- > 0 ? "swallow" : "none";
  const said: (string | undefined)[] = [];
  const heard = log.side.trouble.subscribe((reason) => said.push(reason));
  await log.append([record(topic, "a")]);
  heard.unsubscribe();
  assertEquals(said.length, 3, JSON.stringify(said));
  assert(said[1]?.includes("no answer within 200 ms"), said[1]);
  assertEquals(said[2], undefined);
});

kafkaTest("gives every outcome on close while a broker says nothing", async () => {
  const topic = await freshTopic(kafka());
  const sockets = faultySockets();
  const log = appendSide(kafka(), { topics: [topic], socketFactory: sockets.factory, deadlines: { requestMs: 500 } });
  sockets.decide = (apiKey) => apiKey === PRODUCE_KEY ? "swallow" : "none";
  const sent = log.append([record(topic, "sent")]);
  await until(() => sockets.lost > 0);
  const behind = log.append([record(topic, "behind")]);
  const since = performance.now();
  await log[Symbol.asyncDispose]();
  assertLess(performance.now() - since, 5_000);
  assertEquals((await sent).map((one) => one.kind), ["unknown"]);
  assertEquals((await behind).map((one) => one.kind), ["rejected"]);
});

/** Resolves when a condition holds; it is looked at every few milliseconds for at most 10 s. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 10_000; !await condition();) {
    assertLess(performance.now(), end, "the condition did not come true within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
