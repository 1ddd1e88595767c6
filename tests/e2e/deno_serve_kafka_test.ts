/** `deno serve --parallel` on a real Kafka. */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { kafkaTest } from "../kafka/kafka_test_case.ts";
import { startKafka } from "../kafka/broker.ts";
import { startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { createTopics } from "./kafka_fixture.ts";

kafkaTest(
  "what is published through one worker of deno serve reaches sockets of the other, and a cursor goes on there",
  async () => {
    await using cluster = await startKafka();
    await createTopics(cluster.brokers, { chat: 3, direct: 3 });
    const config = `[auth]\nsecret = "${crypto.randomUUID()}"\n`;
    await using gateway = await startGateway({ config, workers: 2, env: { KAFKA_BROKERS: cluster.brokers.join(",") } });
    const [one, other] = await onTwoWorkers(gateway.url);
    await other.client.request({ subscribe: { channel: "chat:lobby" } });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => one.client.request({ publish: { channel: "chat:lobby", payload: at } })),
    );
    assertEquals(answers.filter((answer) => !answer.published), []);
    await other.client.until(() => other.client.publications.get("chat:lobby")?.length === 50);
    const publications = other.client.publications.get("chat:lobby")!;
    assertEquals(publications.map(({ payload }) => payload), answers.map((_, at) => at));

    const since = publications[24].cursor;
    const resumed = await one.client.request({ subscribe: { channel: "chat:lobby", since } });
    assertEquals(resumed.subscribed.recovered, true);
    await one.client.until(() => one.client.publications.get("chat:lobby")?.length === 25);
    assertEquals(
      one.client.publications.get("chat:lobby")!.map(({ payload }) => payload),
      answers.slice(25).map((_, at) => at + 25),
    );

    gateway.kill("SIGTERM");
    assertEquals((await gateway.status).code, 0);
    for (const { client } of [one, other]) {
      await client.until(() => client.closed !== undefined);
      assertEquals(client.closed?.code, 4000);
    }
  },
);

kafkaTest("a topic that is missing is told in the log, and clients get 503 until it is there", async () => {
  await using cluster = await startKafka();
  await using gateway = await startGateway({ workers: 1, env: { KAFKA_BROKERS: cluster.brokers.join(",") } });
  const open = () => JsonClient.open(gateway.url).catch((error: Error) => error);
  const refused = await open();
  assertMatch(String(refused), /HTTP 503 [^]*log lines say why/);
  assertEquals(
    gateway.lines.some((line) => line.includes("chat") && line.includes("Cannot serve")),
    true,
    gateway.lines.join("\n"),
  );
  await createTopics(cluster.brokers, { chat: 1, direct: 1 });
  const deadline = Date.now() + 30_000;
  let client = await open();
  while (client instanceof Error && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    client = await open();
  }
  if (client instanceof Error) throw client;
  assertEquals((await client.request({ ping: {} })).pong, {});
  await client.close();
});

/** A client on each of two workers: the system gives connections to either. */
async function onTwoWorkers(url: string) {
  const clients: { client: JsonClient; node: string }[] = [];
  while (new Set(clients.map(({ node }) => node)).size < 2 && clients.length < 30) {
    const client = await JsonClient.open(url);
    client.send({ connect: {} });
    clients.push({ client, node: (await client.connected()).node });
  }
  const one = clients[0]!;
  const other = clients.find(({ node }) => node !== one.node);
  for (const spare of clients) if (spare !== one && spare !== other) await spare.client.close();
  if (!other) throw new Error(`All of ${clients.length} connections came to ${one.node}`);
  assertNotEquals(one.node, other.node);
  return [one, other] as const;
}
