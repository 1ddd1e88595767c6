/** A gateway that is told to end while its clients publish, and while Kafka keeps it waiting. */
import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { startKafka } from "../kafka/broker.ts";
import { kafkaTest } from "../kafka/kafka_test_case.ts";
import { readTopic } from "../kafka/topics.ts";
import { adminOf } from "./admin.ts";
import { startGateway } from "./gateway_process.ts";
import { type Json, JsonClient } from "./json_client.ts";
import { createTopics } from "./kafka_fixture.ts";

const CLIENTS = 40;
const DRAIN_SECONDS = 6;
/** What a process is given beyond its drain before it is killed; docs/deploy.md says so. */
const MORE_MS = 1_000;

/** What `/readyz` says, and its word on the drain. */
async function readiness(base: string): Promise<[status: number, drain: string]> {
  const answer = await fetch(`${base}/readyz`);
  return [answer.status, (await answer.json()).checks.drain];
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 30_000; !await check();) {
    assert(performance.now() < end, `Waited 30 s until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A client that publishes one message after another until it is told that the gateway ends. */
class Publisher {
  readonly acked = new Set<string>();
  readonly client: JsonClient;
  readonly channel: string;
  closedAt = Infinity;
  #publishing: Promise<void> = Promise.resolve();

  constructor(client: JsonClient, at: number) {
    this.client = client;
    this.channel = `chat:room-${at}`;
    void client.until(() => client.closed !== undefined, 120_000).then(() => this.closedAt = performance.now());
  }

  get isDraining(): boolean {
    return this.client.frames.some((frame) => frame.draining);
  }

  /** Sends a message of its own, and remembers it where it is acknowledged. */
  async publish(): Promise<Json> {
    const messageId = crypto.randomUUID();
    const answer = await this.client.request({ publish: { channel: this.channel, messageId, payload: messageId } });
    if (answer.published) this.acked.add(messageId);
    return answer;
  }

  publishOn(): void {
    this.#publishing = (async () => {
      while (!this.isDraining && !this.client.closed) await this.publish();
    })();
  }

  /** Resolves when nothing of it is without an answer, or a close. */
  rest(): Promise<void> {
    return this.#publishing;
  }
}

kafkaTest(
  "SIGTERM under load: not ready, nobody new, publishes in flight answered, sockets closed one after another, exit 0 in time",
  async () => {
    await using cluster = await startKafka();
    await createTopics(cluster.brokers, { chat: 3, direct: 1 });
    const config = `[limits]\ndrain_seconds = ${DRAIN_SECONDS}\n`;
    const env = { KAFKA_BROKERS: cluster.brokers.join(","), TIDEGATE_ADMIN_PORT: "0" };
    await using gateway = await startGateway({ config, env });
    const admin = adminOf(gateway);
    const publishers = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, at) => new Publisher(await JsonClient.open(gateway.url), at)),
    );
    const [broker] = cluster.nodes;
    try {
      for (const publisher of publishers) publisher.publishOn();
      await until("all have published", () => Promise.resolve(publishers.every(({ acked }) => acked.size >= 5)));
      assertEquals([await readiness(gateway.http), await readiness(admin)], [[200, "ok"], [200, "ok"]]);

      broker!.pause();
      const inFlight = publishers.map((publisher) => publisher.publish());
      // What comes before a ping that is answered has been read.
      await Promise.all(publishers.map(({ client }) => client.request({ ping: {} })));
      const began = performance.now();
      gateway.kill("SIGTERM");
      await until("it is not ready", async () => (await readiness(gateway.http))[0] === 503);
      assertEquals([await readiness(gateway.http), await readiness(admin)], [[503, "draining"], [503, "draining"]]);
      await assertRejects(() => JsonClient.open(gateway.url), Error, "HTTP 503");
      broker!.resume();

      for (const answer of await Promise.all(inFlight)) assert(answer.published, JSON.stringify(answer));
      assertEquals((await gateway.status).code, 0);
      const tookMs = performance.now() - began;
      await Promise.all(publishers.map(({ client }) => client.until(() => client.closed !== undefined)));
      await Promise.all(publishers.map((publisher) => publisher.rest()));

      assertEquals(new Set(publishers.map(({ client }) => client.closed?.code)), new Set([4000]));
      assert(publishers.every(({ isDraining }) => isDraining), "some were not told before they were closed");
      const closedAt = publishers.map((publisher) => publisher.closedAt - began).sort((a, b) => a - b);
      const spreadMs = closedAt.at(-1)! - closedAt[0]!;
      console.log(
        `  closed from ${Math.round(closedAt[0]!)} to ${Math.round(closedAt.at(-1)!)} ms, ended after ${
          Math.round(tookMs)
        } ms`,
      );
      assertGreater(spreadMs, DRAIN_SECONDS * 1_000 / 4);
      assertLess(tookMs, DRAIN_SECONDS * 1_000 + MORE_MS);

      const written = (await readTopic(cluster, "chat")).map(({ headers }) => headers["tidegate-message-id"]!);
      const inLog = new Set(written);
      for (const { acked } of publishers) {
        for (const messageId of acked) {
          assert(inLog.has(messageId), `${messageId} was acknowledged, and is not in the log`);
        }
      }
      assertEquals(inLog.size, written.length);
    } finally {
      broker!.resume();
      await Promise.all(publishers.map(({ client }) => client.close()));
    }
  },
  { nodes: true },
);
