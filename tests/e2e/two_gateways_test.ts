/** Two gateways on one real Kafka, fifty sockets, and a broker that is killed in the middle. */
import { assert, assertEquals } from "@std/assert";
import { kafkaTest } from "../kafka/kafka_test_case.ts";
import { startKafka } from "../kafka/broker.ts";
import { type ReadRecord, readTopic } from "../kafka/topics.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { type Json, JsonClient } from "./json_client.ts";
import { createTopics } from "./kafka_fixture.ts";

const USERS = 20;
const SOCKETS = 50;
const CHANNELS = 10;
const PUBLISHES = 5_000;
/** How many publishes of a socket wait for their answer. */
const WINDOW = 8;

const CONFIG = `
[auth]
mode = "header"
`;

interface Publish {
  readonly channel: string;
  readonly messageId: string;
  readonly payload: { readonly from: number; readonly n: number };
}

kafkaTest(
  "every acked publish reaches every subscriber once and in order, on two gateways, over a broker's death",
  async () => {
    await using cluster = await startKafka();
    await createTopics(cluster.brokers, { chat: 6, direct: 6 });
    const env = { KAFKA_BROKERS: cluster.brokers.join(",") };
    await using first = await startGateway({ config: CONFIG, env });
    await using second = await startGateway({ config: CONFIG, env });
    const gateways = [first, second];
    const users = Array.from({ length: USERS }, () => crypto.randomUUID());
    const sockets = await Promise.all(Array.from({ length: SOCKETS }, (_, at) => openSocket(at, { users, gateways })));

    let acked = 0;
    const half = Promise.withResolvers<void>();
    const onAck = () => {
      if (++acked === PUBLISHES / 2) half.resolve();
    };
    const publishing = Promise.all(sockets.map((socket, at) => publishAll(socket.client, plan(at, users), onAck)));
    if (cluster.nodes.length > 0) {
      await half.promise;
      await cluster.nodes[0]!.kill();
      await cluster.nodes[0]!.start();
    }
    const published = (await publishing).flat();
    assertEquals(acked, PUBLISHES);

    const chat = await readTopic(cluster, "chat");
    const direct = await readTopic(cluster, "direct");
    const inLog = new Set([...chat, ...direct].map((record) => record.headers["tidegate-message-id"]));
    assertEquals(published.filter((messageId) => !inLog.has(messageId)), [], "acked but not in the log");

    const expected = new Map<string, ReadRecord[]>();
    collect(expected, "chat:", chat);
    collect(expected, "user:", direct);
    for (const { client, channels, session } of sockets) {
      for (const channel of channels) {
        const due = (expected.get(channel) ?? []).filter((record) => !isOwnCopy(record, session)).map(nameOf);
        await client.until(() => (client.publications.get(channel)?.length ?? 0) >= due.length, 60_000);
        const got = (client.publications.get(channel) ?? []).map((publication) => publication.messageId);
        assertEquals(got, due, `${channel} on a socket of ${session}`);
      }
      assertEquals(client.closed, undefined, "a socket was closed");
    }
    assertSendersInOrder(expected);
    const repeated = [...chat, ...direct].length - Array.from(expected.values()).flat().length;
    console.log(`  ${PUBLISHES} acked, ${repeated} written twice and delivered once, ${SOCKETS} sockets`);
    await Promise.all(sockets.map(({ client }) => client.close()));
  },
);

interface TestSocket {
  readonly client: JsonClient;
  readonly session: string;
  readonly channels: readonly string[];
}

/** A socket of user `at % USERS`, on each gateway in turn, that subscribes to four channels besides its user's own. */
async function openSocket(
  at: number,
  { users, gateways }: { users: readonly string[]; gateways: readonly GatewayProcess[] },
): Promise<TestSocket> {
  const user = users[at % USERS]!;
  const client = await JsonClient.open(gateways[at % gateways.length]!.url, { user });
  client.send({ connect: {} });
  const connected = await client.connected();
  assertEquals(connected.user, user);
  const channels = Array.from({ length: 4 }, (_, k) => `chat:room-${(at + k * 3) % CHANNELS}`);
  for (const channel of channels) {
    const answer = await client.request({ subscribe: { channel } });
    assert(answer.subscribed, JSON.stringify(answer));
  }
  return { client, session: connected.session, channels: [...channels, `user:${user}`] };
}

/** What a socket publishes: four of five to a channel, one to a user. */
function plan(at: number, users: readonly string[]): Publish[] {
  return Array.from({ length: PUBLISHES / SOCKETS }, (_, n) => ({
    channel: n % 5 === 4 ? `user:${users[(at + n) % USERS]}` : `chat:room-${(at * 7 + n) % CHANNELS}`,
    messageId: crypto.randomUUID(),
    payload: { from: at, n },
  }));
}

/**
 * Publishes in order with a window. What is answered `unavailable` is sent again, in order, before anything new, as a client
 * that cares for its messages does.
 */
async function publishAll(client: JsonClient, plan: readonly Publish[], onAck: () => void): Promise<string[]> {
  let queue = [...plan];
  const done: string[] = [];
  while (queue.length > 0) {
    const batch = queue.slice(0, WINDOW);
    const answers: Json[] = await Promise.all(batch.map((publish) => client.request({ publish })));
    const failed = batch.filter((_, index) => answers[index].error);
    for (const answer of answers) {
      assert(answer.published ?? answer.error?.code === "unavailable", JSON.stringify(answer));
    }
    batch.forEach((publish, index) => {
      if (!answers[index].published) return;
      done.push(publish.messageId);
      onAck();
    });
    queue = [...failed, ...queue.slice(WINDOW)];
    // The gateway says how long to wait before another try.
    if (failed.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, answers.find((a) => a.error).error.retryAfterMs));
    }
  }
  return done;
}

/** The records of each channel in log order, without the second ones of a message. */
function collect(expected: Map<string, ReadRecord[]>, prefix: string, records: readonly ReadRecord[]): void {
  const seen = new Set<string>();
  for (const record of records) {
    const channel = prefix + record.key;
    const name = `${channel} ${record.headers["tidegate-sender"]} ${nameOf(record)}`;
    if (seen.has(name)) continue;
    seen.add(name);
    expected.set(channel, [...expected.get(channel) ?? [], record]);
  }
}

function nameOf(record: ReadRecord): string {
  return record.headers["tidegate-message-id"]!;
}

/** A sender's copy does not go to the socket that sent it. */
function isOwnCopy(record: ReadRecord, session: string): boolean {
  return record.headers["tidegate-to"] !== undefined && record.headers["tidegate-session"] === session;
}

/** The messages that one socket sent to one channel are in the log in the order in which it sent them. */
function assertSendersInOrder(expected: ReadonlyMap<string, readonly ReadRecord[]>): void {
  for (const [channel, records] of expected) {
    const last = new Map<string, number>();
    for (const record of records) {
      const sender = `${record.headers["tidegate-session"]} ${record.headers["tidegate-to"] ?? ""}`;
      const { n } = JSON.parse(record.value!);
      assert(n > (last.get(sender) ?? -1), `${channel}: ${n} of ${sender} after ${last.get(sender)}`);
      last.set(sender, n);
    }
  }
}
