/** Partitions that no client of a gateway needs are not read, on a real Kafka: with its own client beside it that produces. */
import { assert, assertEquals } from "@std/assert";
import { partitionOf } from "../../domain/partitioner.ts";
import { seededRandom } from "../../testing/mod.ts";
import { startKafka } from "../kafka/broker.ts";
import { kafkaTest } from "../kafka/kafka_test_case.ts";
import { metricsOf } from "./admin.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { createTopics, produce } from "./kafka_fixture.ts";

const PARTITIONS = 12;
/** After how long partitions rest, in milliseconds. */
const REST_MS = 300;
const ROUNDS = 12;

const CONFIG = `
[limits]
rest_seconds = ${REST_MS / 1000}

[[routes]]
channel = "chat:{room}"
topic = "chat"
`;

/** Rooms by the partition that each is in, one a partition. */
function rooms(): readonly string[] {
  const found: string[] = [];
  for (let at = 0; found.filter(Boolean).length < PARTITIONS; at++) {
    found[partitionOf("murmur2", { key: `room-${at}`, partitions: PARTITIONS })] ??= `room-${at}`;
  }
  return found;
}

async function counted(gateway: GatewayProcess, name: string): Promise<number> {
  return (await metricsOf(gateway)).get(`tidegate_${name}_total`)!;
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 30_000; !await check();) {
    assert(performance.now() < end, `Waited 30 s until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves when all partitions rest that are to: so many have been woken for good. */
async function atRest(gateway: GatewayProcess, awake = 0): Promise<void> {
  await until("partitions rest", async () => {
    const metrics = await metricsOf(gateway);
    const rested = metrics.get("tidegate_partitions_rested_total")! - metrics.get("tidegate_partitions_woken_total")!;
    return rested === PARTITIONS - awake;
  });
}

kafkaTest("an idle gateway asks Kafka for nothing, and for what a subscriber needs alone", async () => {
  await using cluster = await startKafka();
  await createTopics(cluster.brokers, { chat: PARTITIONS });
  const env = { KAFKA_BROKERS: cluster.brokers.join(","), TIDEGATE_ADMIN_PORT: "0" };
  await using gateway = await startGateway({ config: CONFIG, env });
  const everywhere = (value: string) => rooms().map((key) => ({ key, value: JSON.stringify(value) }));

  await atRest(gateway);
  const fetches = await counted(gateway, "tail_fetches");
  await produce(cluster.brokers, "chat", everywhere("nobody listens"));
  assertEquals(await counted(gateway, "tail_fetches"), fetches);
  const readyz = await fetch(`${gateway.http}/readyz`);
  assertEquals([readyz.status, (await readyz.json()).status], [200, "ready"]);

  await using ann = await JsonClient.open(gateway.url);
  const channel = `chat:${rooms()[5]}`;
  const { subscribed } = await ann.request({ subscribe: { channel } });
  assertEquals(subscribed.recovered, true);
  const read = await counted(gateway, "records_read");
  await produce(cluster.brokers, "chat", everywhere("ann listens"));
  await ann.until(() => ann.publications.has(channel));
  assertEquals(ann.publications.get(channel)!.map(({ payload }) => payload), ["ann listens"]);
  assertEquals([await counted(gateway, "records_read") - read, await counted(gateway, "partitions_woken")], [1, 1]);

  // What she is subscribed to does not rest, however long nothing comes.
  await new Promise((resolve) => setTimeout(resolve, REST_MS * 4));
  await produce(cluster.brokers, "chat", everywhere("ann still listens"));
  await ann.until(() => ann.publications.get(channel)!.length === 2);
  assertEquals(await counted(gateway, "partitions_woken"), 1);

  // History wakes a partition, too, and has what came while it rested.
  const other = `chat:${rooms()[8]}`;
  const { history } = await ann.request({ history: { channel: other, limit: 10 } });
  assertEquals(history.publications.map(({ payload }: { payload: string }) => payload), [
    "nobody listens",
    "ann listens",
    "ann still listens",
  ]);
  await atRest(gateway, 1);
});

kafkaTest(
  "partitions that rest and wake again and again, under publishes, leave nothing out and tell nothing twice",
  async () => {
    const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 1e9));
    console.log(`  SEED=${seed}`);
    const random = seededRandom(seed);
    await using cluster = await startKafka();
    await createTopics(cluster.brokers, { chat: PARTITIONS });
    const env = { KAFKA_BROKERS: cluster.brokers.join(","), TIDEGATE_ADMIN_PORT: "0" };
    // A window that is passed while partitions rest: then they begin anew.
    await using gateway = await startGateway({
      config: `${CONFIG.replace("[limits]", "[limits]\ndedup_offsets = 40")}`,
      env,
    });
    await using steady = await startGateway({ config: CONFIG.replace(/rest_seconds.*/, "rest_seconds = 0"), env });
    await using publisher = await JsonClient.open(steady.url);
    const channel = `chat:${rooms()[3]}`;
    let published = 0;
    let stopped = false;
    const publishing = (async () => {
      while (!stopped) {
        const payload = published++;
        const answer = await publisher.request({ publish: { channel, messageId: `m-${payload}`, payload } });
        assert(answer.published, JSON.stringify(answer));
        // Sometimes it did not hear of it, and sends it again.
        if (random.fraction() < 0.2) {
          await publisher.request({
            publish: { channel, messageId: `m-${payload}`, payload },
          });
        }
        await new Promise((resolve) => setTimeout(resolve, random.fraction() * 10));
      }
    })();
    const got: number[] = [];
    let since: string | undefined;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await using client = await JsonClient.open(gateway.url);
        const { subscribed } = await client.request({ subscribe: { channel, ...(since ? { since } : {}) } });
        assertEquals([subscribed?.recovered, subscribed?.reason], [true, undefined]);
        since ??= subscribed.cursor;
        const before = published;
        await client.until(() => (client.publications.get(channel)?.at(-1)?.payload ?? -1) >= before);
        await client.close();
        const publications = client.publications.get(channel)!;
        got.push(...publications.map(({ payload }) => payload as number));
        since = publications.at(-1)!.cursor as string;
        if (random.fraction() < 0.7) await atRest(gateway);
        else await new Promise((resolve) => setTimeout(resolve, random.fraction() * REST_MS));
        if (random.fraction() < 0.3) await new Promise((resolve) => setTimeout(resolve, 600));
      }
    } finally {
      stopped = true;
      await publishing;
    }
    const first = got[0]!;
    assertEquals(got, Array.from({ length: got.length }, (_, at) => first + at), `SEED=${seed}`);
    assert(await counted(gateway, "partitions_woken") >= 3);
  },
);
