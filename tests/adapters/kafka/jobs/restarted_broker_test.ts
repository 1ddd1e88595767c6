import { assertEquals, assertGreater } from "@std/assert";
import { lastValueFrom, map, toArray } from "rxjs";
import { kafkaSink, kafkaSource } from "../../../../adapters/kafka/mod.ts";
import { startKafka } from "../../../kafka/broker.ts";
import { kafkaTest } from "../../../kafka/kafka_test_case.ts";
import { freshTopic } from "../../../kafka/topics.ts";
import { until } from "../reading_case.ts";
import { committed, countNumbers, freshGroup, jobConnection, produceNumbers, sum, untilAsync } from "./job_case.ts";
import { readCommitted } from "./read_committed.ts";

const COUNT = 400;
const PATIENCE_MS = 60_000;

kafkaTest("a job waits for a broker that is started again, and loses nothing", async () => {
  await using cluster = await startKafka();
  const [from, to] = [await freshTopic(cluster, { partitions: 3 }), await freshTopic(cluster, { partitions: 2 })];
  const group = freshGroup();
  const stop = new AbortController();
  const connection = jobConnection(cluster);
  const running = lastValueFrom(
    kafkaSource({ ...connection, group, topics: [from], signal: stop.signal, commitMs: 100 }).pipe(
      map(({ value: { key, value }, done }) => ({ value: { topic: to, key, value }, done })),
      kafkaSink({ ...connection, topics: [to] }),
      toArray(),
    ),
  );
  const [node] = cluster.nodes;
  await produceNumbers(cluster, from, { from: 0, to: COUNT / 2 });
  await untilAsync(async () => sum(await committed(cluster, { group, topic: from })) > 0, "a commit");
  await node!.kill();
  await until(() => connection.telemetry.notes.some(({ message }) => message === "Cannot reach Kafka"), "the news");
  await node!.start();
  await produceNumbers(cluster, from, { from: COUNT / 2, to: COUNT });
  const all = async () => sum(await committed(cluster, { group, topic: from })) >= COUNT;
  await untilAsync(all, "all of the input to be committed", PATIENCE_MS);
  stop.abort();
  assertGreater((await running).length, COUNT - 1);
  assertEquals(countNumbers(await readCommitted(cluster, to), COUNT).missing, []);
}, { nodes: true });
