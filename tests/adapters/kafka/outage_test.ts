import { assert, assertEquals, assertRejects } from "@std/assert";
import { firstValueFrom } from "rxjs";
import { LogUnavailable } from "../../../domain/ports/log.ts";
import { FETCH, fetchRecords } from "../../../adapters/kafka/wire/fetch.ts";
import { type KafkaReading, openReading } from "../../../adapters/kafka/reading.ts";
import { startKafka } from "../../kafka/broker.ts";
import { kafkaTest } from "../../kafka/kafka_test_case.ts";
import { Follower, numbered, optionsFor, readAll, until, withReading } from "./reading_case.ts";

/** How soon the state has to follow what happens to brokers. */
const NOTICED_MS = 10_000;

kafkaTest("a log lives through the outages of its broker", async (t) => {
  await using cluster = await startKafka();
  const node = cluster.nodes[0]!;

  await t.step("it may be opened before its broker is there, and starts when it is", async () => {
    await node.kill();
    const options = optionsFor(cluster.brokers, ["late"]);
    const reading = openReading({ ...options, createTopics: { partitions: 2, replicationFactor: 1 } });
    try {
      const follower = new Follower(reading, ["late"]);
      const first = await firstValueFrom(reading.state);
      assertEquals({ available: first.available, topics: first.topics.size }, { available: false, topics: 0 });
      const tries = () => options.telemetry.notes.filter(({ message }) => message === "Cannot reach Kafka").length;
      await until(() => tries() > 2, "it to try again and again");
      await node.start();
      await reading.startup;
      const state = await firstValueFrom(reading.state);
      assertEquals({ ...state, topics: [...state.topics] }, {
        available: true,
        topics: [["late", { partitions: 2, durability: "weak" }]],
      });
      await follower.started(2);
      assertEquals(follower.error, undefined);
      const weak = options.telemetry.notes.filter(({ message }) => message.includes("can lose acknowledged records"));
      assertEquals(weak.map(({ message }) => message), ['Kafka topic "late" can lose acknowledged records']);
      follower.stop();
    } finally {
      await reading.close();
    }
  });

  await t.step(
    "a tail goes on without gap or double after a broker was killed, and after one was stopped",
    async () => {
      await withReading(cluster, { partitions: 2 }, async ({ reading, topic, topics, produce, telemetry }) => {
        const states: { available: boolean; reason?: string; topics: number }[] = [];
        const watching = reading.state.subscribe((state) => states.push({ ...state, topics: state.topics.size }));
        const follower = new Follower(reading, topics);
        await follower.started(2);
        await produce(numbered("a", 100));
        await follower.got(100);

        await node.kill();
        await until(() => states.at(-1)?.available === false, "the state to say that Kafka is away", NOTICED_MS);
        assert(states.at(-1)!.reason?.includes(node.address), states.at(-1)!.reason);
        const away = telemetry.notes.find(({ message }) => message === "Cannot reach Kafka");
        assertEquals(away?.level, "warn");
        assertEquals(Object.keys(away!.fields), ["brokers", "reason", "retryInMs"]);

        await node.start();
        await until(() => states.at(-1)?.available === true, "the state to say that Kafka is back", NOTICED_MS);
        await produce(numbered("b", 100));
        await follower.got(200);
        assertEquals(follower.values(), [...numbered("a", 100), ...numbered("b", 100)]);
        assertEquals({ lost: follower.lost, reconnects: telemetry.counted("log_reconnects") }, {
          lost: [],
          reconnects: 1,
        });
        assert(states.every((state) => state.topics === 1), "a topic left the state while its broker was away");

        await tellsWhereLogsPart(reading, { topic, partition: 0, from: 100 });

        // A broker that takes connections and says nothing is away too.
        node.pause();
        await until(() => states.at(-1)?.available === false, "the state to say that Kafka is stopped", NOTICED_MS);
        node.resume();
        await until(() => states.at(-1)?.available === true, "the state to say that Kafka goes on", NOTICED_MS);
        await produce(numbered("c", 10));
        await follower.got(210);
        assertEquals(follower.values().slice(200), numbered("c", 10));
        const read = await readAll(reading, { topic, partition: 0 }, { from: 95, to: 105 });
        assertEquals(read.flatMap((batch) => batch.records).length, 10);
        follower.stop();
        watching.unsubscribe();
      });
    },
  );
}, { nodes: true });

/**
 * The broker led the partition twice, with epochs in between in which nothing was written. A reader whose last record is
 * of such an epoch has read what this log does not have: the broker says from where on, as the tail relies on.
 */
async function tellsWhereLogsPart(
  { parts }: KafkaReading,
  { topic, partition, from }: { topic: string; partition: number; from: number },
): Promise<void> {
  const { id, partitions } = parts.cluster.state.view!.topics.get(topic)!;
  const { leader, leaderEpoch } = partitions.get(partition)!;
  assert(leaderEpoch > 1, `the leader's epoch is ${leaderEpoch}`);
  const link = await parts.cluster.link(leader);
  const divergesAt = async (lastEpoch: number) => {
    const partitions = [{ partition, leaderEpoch, offset: from + 3, lastEpoch, maxBytes: 1_000 }];
    const request = { maxWaitMs: 1, maxBytes: 1_000, topics: [{ name: topic, id, partitions }] };
    const { topics } = await link.ask(FETCH, (version) => fetchRecords(version, request), 5_000);
    assertEquals(topics[0]!.partitions[0]!.error, 0);
    return topics[0]!.partitions[0]!.divergesAt;
  };
  assertEquals(await divergesAt(leaderEpoch - 1), from);
  assertEquals(await divergesAt(leaderEpoch), undefined);
}

Deno.test("a read and a range give up after the read deadline while Kafka is away, and at once when the log closes", async () => {
  const options = optionsFor(["127.0.0.1:1"], ["chat"]);
  const place = { topic: "chat", partition: 0 };
  const reading = openReading({ ...options, deadlines: { readMs: 300 } });
  await assertRejects(() => firstValueFrom(reading.range(place)), LogUnavailable, "within 300 ms");
  await assertRejects(() => readAll(reading, place, { from: 0, to: 1 }), LogUnavailable, "within 300 ms");
  await reading.close();

  const closing = openReading(options);
  const refused = assertRejects(() => readAll(closing, place, { from: 0, to: 1 }), LogUnavailable, "closed");
  await closing.close();
  await refused;
  await assertRejects(() => closing.startup, Error, "the log was closed");
});
