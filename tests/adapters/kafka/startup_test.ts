import { assert, assertEquals, assertRejects } from "@std/assert";
import { firstValueFrom } from "rxjs";
import { KafkaStartError, openKafkaLog } from "../../../adapters/kafka/mod.ts";
import type { KafkaLogOptions } from "../../../adapters/kafka/options.ts";
import { RecordingTelemetry } from "../../../testing/mod.ts";
import { kafkaForFile, kafkaTest } from "../../kafka/kafka_test_case.ts";
import { fakeBroker, type Speech } from "./fake_broker.ts";
import { optionsFor } from "./reading_case.ts";

const cluster = kafkaForFile();

/** Expects the log not to start, and the state to say why. */
async function refuses(options: KafkaLogOptions, message: string): Promise<void> {
  const log = await openKafkaLog(options);
  try {
    const error = await assertRejects(() => log.startup, KafkaStartError);
    assert(error.message.includes(message), error.message);
    const { available, reason } = await firstValueFrom(log.state);
    assertEquals(available, false);
    assert(reason);
  } finally {
    await log.close();
  }
}

kafkaTest("all topics that do not exist are named at once, with the way out", async () => {
  const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
  await refuses(
    optionsFor(cluster().brokers, [one, two]),
    `Cannot start: Kafka topics "${one}", "${two}" do not exist; create them, or set create_topics = true (in a script: createTopics of kafkaSink)`,
  );
  await refuses(
    optionsFor(cluster().brokers, [one]),
    `Cannot start: Kafka topic "${one}" does not exist; create it, or set create_topics = true (in a script: createTopics of kafkaSink)`,
  );
});

kafkaTest("missing topics are made as configured, and topics that exist are left alone", async () => {
  const topics = [crypto.randomUUID(), crypto.randomUUID()];
  const opened = async (partitions: number, count: number) => {
    const log = await openKafkaLog({
      ...optionsFor(cluster().brokers, topics.slice(0, count)),
      createTopics: { partitions, replicationFactor: 1, config: { "retention.ms": "60000" } },
    });
    await log.startup;
    const state = await firstValueFrom(log.state);
    await log.close();
    return topics.map((topic) => state.topics.get(topic)?.partitions);
  };
  assertEquals(await opened(3, 1), [3, undefined]);
  assertEquals(await opened(2, 2), [3, 2]);
});

kafkaTest("a topic that has to keep the last of each key is made so, and one that does not is told of", async () => {
  const [made, forgetful] = [crypto.randomUUID(), crypto.randomUUID()];
  const opened = async (topics: readonly string[], compacted: readonly string[]) => {
    const telemetry = new RecordingTelemetry();
    const log = await openKafkaLog({
      ...optionsFor(cluster().brokers, topics),
      createTopics: { partitions: 3, replicationFactor: 1 },
      compacted,
      telemetry,
    });
    await log.startup;
    const { topics: known } = await firstValueFrom(log.state);
    await log.close();
    const told = telemetry.notes.filter(({ message }) => message.includes("forgets records that have to stay"));
    return [known.get(topics[0]!)?.partitions, told.map(({ fields }) => fields?.cleanupPolicy)];
  };
  assertEquals(await opened([made], [made]), [1, []]);
  assertEquals(await opened([made], [made]), [1, []]);
  assertEquals(await opened([forgetful], []), [3, []]);
  assertEquals(await opened([forgetful], [forgetful]), [3, ["delete"]]);
});

kafkaTest("a topic that Kafka refuses to make is a fatal mistake", async () => {
  const topic = crypto.randomUUID();
  const creation = { partitions: 1, replicationFactor: 3 };
  await refuses(
    { ...optionsFor(cluster().brokers, [topic]), createTopics: creation },
    `Kafka refuses to create topic "${topic}" with 1 partitions and replication factor 3`,
  );
});

kafkaTest("aborting the signal closes a log that is opening", async () => {
  const signal = AbortSignal.abort();
  const log = await openKafkaLog({ ...optionsFor(cluster().brokers, ["never"]), signal });
  await assertRejects(() => log.startup, Error, "the log was closed");
  await log.close();
});

const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
const METADATA = 3;
const sasl = { mechanism: "plain", username: "gate", password: "s3cret" } as const;

const handshake: Speech = {
  [SASL_HANDSHAKE]: { version: 1, answer: (to) => to.int16(0).array(["PLAIN"], (name) => to.string(name)) },
};

Deno.test("a refused password is a fatal mistake that names the broker, and not the password", async () => {
  let credentials = "";
  await using broker = fakeBroker({
    ...handshake,
    [SASL_AUTHENTICATE]: {
      version: 0,
      answer(to, request) {
        credentials = new TextDecoder().decode(request.sizedBytes());
        to.int16(58).string("Authentication failed: Invalid username or password").int32(0);
      },
    },
  });
  const options = { ...optionsFor([broker.address], ["chat"]), sasl };
  await refuses(options, `Cannot start: Cannot connect to ${broker.address}`);
  assertEquals(credentials.split("\0"), ["", "gate", "s3cret"]);
  assertEquals(JSON.stringify(options.telemetry.notes).includes("s3cret"), false);
});

Deno.test("a mechanism that the brokers do not have is a fatal mistake", async () => {
  await using broker = fakeBroker(handshake);
  const options = optionsFor([broker.address], ["chat"]);
  await refuses({ ...options, sasl: { ...sasl, mechanism: "scram-sha-512" } }, "SCRAM-SHA-512");
});

Deno.test("a broker that is too old is a fatal mistake that names the version to have", async () => {
  await using broker = fakeBroker({ [METADATA]: { version: 5, answer: () => {} } });
  await refuses(optionsFor([broker.address], ["chat"]), "Kafka 2.3 or newer");
});

Deno.test("a topic that the gateway may not see is a fatal mistake", async () => {
  await using broker = fakeBroker({
    [METADATA]: {
      version: 7,
      answer: (to) =>
        to.int32(0).array([], () => {}).string("cluster").int32(1).array(["chat"], (topic) => {
          to.int16(29).string(topic).boolean(false).array([], () => {});
        }),
    },
  });
  await refuses(optionsFor([broker.address], ["chat"]), 'Cannot start: not allowed to see Kafka topic "chat"');
});

Deno.test("a broker's address has to be host:port", async () => {
  for (const brokers of [[], ["kafka"], ["kafka:"], ["kafka:70000"], ["[::1]:9092"], ["a:1", "b"]]) {
    await assertRejects(() => openKafkaLog(optionsFor(brokers, ["chat"])), TypeError, "Cannot reach Kafka");
  }
});
