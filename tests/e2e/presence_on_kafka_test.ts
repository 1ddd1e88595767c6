/** Who is present on several gateways, on a real Kafka. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startKafka } from "../kafka/broker.ts";
import { kafkaForFile, kafkaTest } from "../kafka/kafka_test_case.ts";
import { asAdmin, readTopic } from "../kafka/topics.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { tidegate } from "./tidegate_command.ts";

const cluster = kafkaForFile();
const TOPIC = "tidegate.presence";
const EXPIRY_MS = 3_000;
/** A process that has to be heard of, over a machine that is busy. */
const SLACK_MS = 10_000;
const CONFIG = `
[auth]
mode = "header"
[limits]
presence_expiry_seconds = ${EXPIRY_MS / 1000}
[[routes]]
channel = "room:{room}"
topic = "presence-rooms"
presence_scope = "announced"
`;
const [ANN, BOB, CARL] = ["a", "b", "c"].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
];

function options(more: Readonly<Record<string, string>> = { KAFKA_CREATE_TOPICS: "true" }) {
  return { config: CONFIG, env: { KAFKA_BROKERS: cluster().brokers.join(","), ...more } };
}

async function enter(gateway: GatewayProcess, user: string, channel = "room:a"): Promise<JsonClient> {
  const client = await JsonClient.open(gateway.url, { user });
  const answer = await client.request({ subscribe: { channel } });
  assert(answer.subscribed, JSON.stringify(answer));
  return client;
}

/** Enters as soon as the gateway can read the log. */
async function untilEntered(gateway: GatewayProcess, user: string, channel: string): Promise<JsonClient> {
  const client = await JsonClient.open(gateway.url, { user });
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await client.request({ subscribe: { channel } });
    if (answer.subscribed) return client;
    assert(Date.now() < deadline && answer.error?.code === "unavailable", JSON.stringify(answer));
  }
}

async function present(client: JsonClient, channel = "room:a"): Promise<string[]> {
  const { presence } = await client.request({ presence: { channel } });
  return presence.users.map(({ user, sessions }: { user: string; sessions: number }) => `${user[0]} ${sessions}`)
    .sort();
}

/** Asks until the answer is as it should be; what is there has to come by Kafka. */
async function untilPresent(client: JsonClient, users: readonly string[], channel = "room:a"): Promise<void> {
  const deadline = Date.now() + EXPIRY_MS + SLACK_MS;
  let last: string[] = [];
  while (Date.now() < deadline) {
    last = await present(client, channel);
    if (String(last) === String(users)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(last, users);
}

/** What a client was told of a user, in order. */
function told({ frames }: JsonClient, user: string): string[] {
  return frames.flatMap(({ joined, left }) => {
    const change = joined ?? left;
    return change?.user === user ? [joined ? "joined" : "left"] : [];
  });
}

/** The keys that have a value in the topic. */
async function standing(): Promise<string[]> {
  const last = new Map((await readTopic(cluster(), TOPIC)).map(({ key, value }) => [key ?? "", value]));
  return [...last].flatMap(([key, value]) => value === null ? [] : [key]);
}

async function untilStanding(check: (keys: readonly string[]) => boolean): Promise<void> {
  const deadline = Date.now() + 2 * EXPIRY_MS + SLACK_MS;
  for (;;) {
    const keys = await standing();
    if (check(keys)) return;
    assert(Date.now() < deadline, `still in the topic: ${keys}`);
  }
}

kafkaTest(
  "without its topic a gateway whose routes share presence says what is missing, and makes it compacted",
  async () => {
    const { code, err } = await tidegate(["check", "--connect"], options({}));
    assertEquals(code, 1);
    for (const word of [TOPIC, "cleanup.policy=compact", "presence_scope"]) assertStringIncludes(err, word);
    const made = await tidegate(["check", "--connect"], options());
    assertEquals(made.code, 0, made.err);
    assertStringIncludes(made.out, `Topic: ${TOPIC}, 1 partitions`);
    const configNames = ["cleanup.policy", "segment.ms"];
    const entries = await asAdmin(cluster(), async (admin) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: TOPIC, configNames }],
      });
      return resources[0]?.configEntries.map(({ configName, configValue }) => `${configName}=${configValue}`).sort();
    });
    assertEquals(entries, ["cleanup.policy=compact", "segment.ms=3600000"]);
  },
);

kafkaTest("users of two gateways are present on both, and those of a killed one leave within its expiry", async () => {
  await using one = await startGateway(options());
  const two = await startGateway(options());
  await using ann = await enter(one, ANN);
  const bob = await enter(two, BOB);
  const annToo = await enter(two, ANN);
  await untilPresent(ann, ["a 2", "b 1"]);
  await untilPresent(bob, ["a 2", "b 1"]);
  await ann.until(() => told(ann, BOB).length > 0);
  assertEquals(told(ann, BOB), ["joined"]);

  two.kill("SIGKILL");
  const killedAt = Date.now();
  await two.status;
  await ann.until(() => told(ann, BOB).length > 1, EXPIRY_MS + SLACK_MS);
  console.log(`  left ${Date.now() - killedAt} ms after the kill; the expiry is ${EXPIRY_MS} ms`);
  assertEquals([told(ann, BOB), told(ann, ANN).includes("left")], [["joined", "left"], false]);
  await untilPresent(ann, ["a 1"]);
  await untilStanding((keys) => keys.length === 2 && keys.every((key) => !key.includes(BOB)));
  await two[Symbol.asyncDispose]();

  await using again = await startGateway(options());
  await using bobAgain = await enter(again, BOB);
  assertEquals(await present(bobAgain), ["a 1", "b 1"], "it read all before it was ready");
  await ann.until(() => told(ann, BOB).length > 2);
  assertEquals(told(ann, BOB), ["joined", "left", "joined"]);
  await Promise.all([bob.close(), annToo.close()]);
});

kafkaTest("a gateway that was stopped says its users again when it goes on, and takes nobody for gone", async () => {
  await using one = await startGateway(options());
  await using two = await startGateway(options());
  await using ann = await enter(one, ANN, "room:b");
  await using bob = await enter(two, BOB, "room:b");
  await untilPresent(ann, ["a 1", "b 1"], "room:b");
  two.kill("SIGSTOP");
  await ann.until(() => told(ann, BOB).includes("left"), EXPIRY_MS + SLACK_MS);
  await untilStanding((keys) => keys.every((key) => !key.includes(BOB)));
  two.kill("SIGCONT");
  await untilPresent(ann, ["a 1", "b 1"], "room:b");
  await ann.until(() => told(ann, BOB).length > 2);
  assertEquals(told(ann, BOB), ["joined", "left", "joined"]);
  assertEquals(told(bob, ANN).includes("left"), false);
  assertEquals(await present(bob, "room:b"), ["a 1", "b 1"]);
});

kafkaTest("while Kafka is away for longer than the expiry nobody is taken for gone", async () => {
  await using kafka = await startKafka();
  const [broker] = kafka.nodes;
  // Somebody else's Kafka is not ours to kill.
  if (!broker) return;
  const { config, env } = options();
  const expiryMs = 5_000;
  const own = {
    config: config.replace(/(expiry_seconds =) .*/, `$1 ${expiryMs / 1000}`),
    env: { ...env, KAFKA_BROKERS: kafka.brokers.join(",") },
  };
  await using one = await startGateway(own);
  await using two = await startGateway(own);
  await using ann = await enter(one, ANN, "room:d");
  await using bob = await enter(two, BOB, "room:d");
  await untilPresent(ann, ["a 1", "b 1"], "room:d");
  await untilPresent(bob, ["a 1", "b 1"], "room:d");
  await broker.kill();
  await new Promise((resolve) => setTimeout(resolve, 2 * expiryMs));
  assertEquals(await present(ann, "room:d"), ["a 1", "b 1"]);
  await broker.start();
  // That it is back is seen by one who comes now.
  await using carl = await untilEntered(two, CARL, "room:d");
  await untilPresent(ann, ["a 1", "b 1", "c 1"], "room:d");
  // By now everyone has been heard of, or would be gone.
  await new Promise((resolve) => setTimeout(resolve, 2 * expiryMs));
  for (const client of [ann, bob, carl]) {
    assertEquals(client.frames.filter(({ left }) => left), []);
    assertEquals(await present(client, "room:d"), ["a 1", "b 1", "c 1"]);
  }
});

kafkaTest("the workers of deno serve share who is present, beside other gateways", async () => {
  await using one = await startGateway(options());
  await using workers = await startGateway({ ...options(), workers: 2 });
  await using ann = await enter(one, ANN, "room:e");
  // The kernel spreads them.
  const clients = await Promise.all(Array.from({ length: 8 }, () => enter(workers, BOB, "room:e")));
  for (const client of [ann, ...clients]) await untilPresent(client, ["a 1", "b 8"], "room:e");
  for (const client of clients) await client.close();
  await untilPresent(ann, ["a 1"], "room:e");
});

kafkaTest("a gateway that drains takes its users along at once", async () => {
  await using one = await startGateway(options());
  await using two = await startGateway(options());
  await using ann = await enter(one, ANN, "room:c");
  await enter(two, BOB, "room:c");
  await enter(two, CARL, "room:c");
  await untilPresent(ann, ["a 1", "b 1", "c 1"], "room:c");
  two.kill("SIGTERM");
  assertEquals((await two.status).code, 0);
  await ann.until(() => told(ann, BOB).includes("left") && told(ann, CARL).includes("left"), EXPIRY_MS);
  const left = (await standing()).filter((key) => key.startsWith("member:room:c/"));
  assertEquals(left.map((key) => key.split("@")[0]), [`member:room:c/${ANN}`]);
  // Those of the tests before are on their way out.
  await untilStanding((keys) => keys.filter((key) => key.startsWith("node:")).length === 1);
});
