/** TLS, SASL and access rules of a real Kafka, through the whole gateway. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { kafkaTest } from "../kafka/kafka_test_case.ts";
import { LIMITED, REAUTHENTICATION_MS, secureKafkaForFile } from "../kafka/secure_broker.ts";
import { allow } from "../kafka/secure_rules.ts";
import { readTopic } from "../kafka/topics.ts";
import { startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { connects, inFolder, keepsTrying, limitedEnv, refuses, run, saslEnv, tlsEnv, WRONG } from "./secure_case.ts";

const kafka = secureKafkaForFile();
const OWN_BROKER = { nodes: true };

for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) {
  kafkaTest(`${mechanism} without TLS, by the original's variables`, async () => {
    await connects(kafka(), { env: saslEnv(kafka().address.sasl, "SASL_PLAINTEXT", { mechanism }) });
  }, OWN_BROKER);
}

kafkaTest("TLS with an authority's file", async () => {
  await connects(kafka(), { env: tlsEnv(kafka().address.tls), lines: 'ssl_ca = "ca.pem"' });
}, OWN_BROKER);

kafkaTest("TLS where the broker asks for a certificate of the gateway", async () => {
  const lines = 'ssl_ca = "ca.pem"\nssl_cert = "client.pem"\nssl_key = "client.key"';
  await connects(kafka(), { env: tlsEnv(kafka().address.mutual), lines });
}, OWN_BROKER);

kafkaTest("SCRAM-SHA-512 over TLS", async () => {
  const env = saslEnv(kafka().address.sasl_tls, "SASL_SSL", { mechanism: "SCRAM-SHA-512" });
  await connects(kafka(), { env, lines: 'ssl_ca = "ca.pem"' });
}, OWN_BROKER);

kafkaTest("a refused password ends the start, and says who was refused, how and where", async () => {
  const { sasl, sasl_tls } = kafka().address;
  for (
    const [mechanism, protocol, address] of [
      ["PLAIN", "SASL_PLAINTEXT", sasl],
      ["SCRAM-SHA-512", "SASL_SSL", sasl_tls],
    ] as const
  ) {
    await refuses(kafka(), {
      env: saslEnv(address, protocol, { mechanism, password: WRONG }),
      lines: protocol === "SASL_SSL" ? 'ssl_ca = "ca.pem"' : "",
    }, [
      `${address}: the broker refuses user "gate" by ${mechanism}`,
      "check kafka.sasl_username, kafka.sasl_password",
    ]);
  }
}, OWN_BROKER);

kafkaTest("a broker whose certificate is not trusted ends the start, and says what to set", async () => {
  const { tls, elsewhere } = kafka().address;
  await refuses(kafka(), { env: tlsEnv(tls) }, [
    `${tls}: the broker's certificate cannot be verified`,
    "set kafka.ssl_ca",
  ]);
  await refuses(kafka(), { env: tlsEnv(tls), lines: 'ssl_ca = "other.pem"' }, [
    `${tls}: the broker's certificate cannot be verified`,
    "kafka.ssl_ca has to have the authority that signed it",
  ]);
  await refuses(kafka(), { env: tlsEnv(elsewhere), lines: 'ssl_ca = "ca.pem"' }, [
    `${elsewhere}: the broker's certificate is for another address`,
    "192.0.2.1",
  ]);
}, OWN_BROKER);

kafkaTest("a broker that does not trust the gateway's certificate ends the start", async () => {
  const { mutual } = kafka().address;
  await refuses(kafka(), { env: tlsEnv(mutual), lines: 'ssl_ca = "ca.pem"' }, [
    `${mutual}: the broker asks for a certificate of the gateway`,
    "set kafka.ssl_cert and kafka.ssl_key",
  ]);
  const lines = 'ssl_ca = "ca.pem"\nssl_cert = "stranger.pem"\nssl_key = "stranger.key"';
  await refuses(kafka(), { env: tlsEnv(mutual), lines }, [
    `${mutual}: the broker refuses the certificate of kafka.ssl_cert`,
  ]);
}, OWN_BROKER);

kafkaTest("a protocol that the port does not have ends the start where that is certain", async () => {
  const { cluster, address } = kafka();
  await refuses(kafka(), { env: { KAFKA_BROKER: address.tls } }, [
    `${address.tls}: the broker speaks TLS on this port; set kafka.security_protocol to "ssl"`,
  ]);
  await refuses(kafka(), { env: saslEnv(cluster.brokers[0]!, "SASL_PLAINTEXT", { mechanism: "PLAIN" }) }, [
    'the broker does not ask for SASL on this port; set kafka.security_protocol to "plaintext"',
  ]);
}, OWN_BROKER);

kafkaTest("a protocol that the port may not have is told by a hint, and tried again", async () => {
  const { cluster, address } = kafka();
  await Promise.all([
    keepsTrying(kafka(), { env: tlsEnv(cluster.brokers[0]!), lines: 'ssl_ca = "ca.pem"' }, [
      "Cannot reach Kafka",
      'if this port has no TLS, set kafka.security_protocol to "plaintext"',
    ]),
    keepsTrying(kafka(), { env: { KAFKA_BROKER: address.sasl } }, [
      "Cannot reach Kafka",
      'if the broker asks for SASL on this port, set kafka.security_protocol to "sasl_plaintext"',
    ]),
  ]);
}, OWN_BROKER);

kafkaTest("publishes and deliveries go on while connections have to authenticate again", async () => {
  const env = saslEnv(kafka().address.reauth, "SASL_PLAINTEXT", { mechanism: "SCRAM-SHA-256" });
  await inFolder(kafka(), { env }, async (options, topic) => {
    await using gateway = await startGateway(options);
    await using client = await JsonClient.open(gateway.url);
    client.send({ connect: {} });
    await client.request({ subscribe: { channel: "chat:lobby" } });
    const until = performance.now() + 2.2 * REAUTHENTICATION_MS;
    let count = 0;
    while (performance.now() < until) {
      const { published } = await client.request({ publish: { channel: "chat:lobby", payload: count } });
      assert(published, JSON.stringify(client.frames.at(-1)));
      count++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await client.until(() => (client.publications.get("chat:lobby")?.length ?? 0) >= count);
    const due = Array.from({ length: count }, (_, n) => n);
    assertEquals(client.publications.get("chat:lobby")!.map(({ payload }) => payload), due);
    const read = await readTopic(kafka().cluster, topic);
    assertEquals(read.map(({ value }) => Number(value)), due);
    assertEquals(gateway.lines.filter((line) => line.includes('"message":"Cannot')), []);
  });
}, OWN_BROKER);

kafkaTest("a topic that the gateway may not see, or not read, ends the start", async () => {
  await refuses(kafka(), { env: limitedEnv(kafka().address.sasl) }, [
    "not allowed to see Kafka topic",
    "grant DESCRIBE, READ and WRITE",
  ]);
  await inFolder(kafka(), { env: limitedEnv(kafka().address.sasl) }, async (options, topic) => {
    await allow(kafka().cluster, LIMITED.username, { topic, operations: ["WRITE"] });
    const { code, said } = await run(options, "serve");
    assertEquals(code, 1, said);
    assertStringIncludes(
      said.replaceAll('\\"', '"'),
      `Cannot start: not allowed to read Kafka topic "${topic}"; grant READ`,
    );
  });
}, OWN_BROKER);

kafkaTest(
  "a publish to a topic that the gateway may only read is forbidden at once, and the operator hears why",
  async () => {
    const { cluster, address } = kafka();
    await inFolder(kafka(), { env: limitedEnv(address.sasl) }, async (options, topic) => {
      await allow(cluster, LIMITED.username, { topic, operations: ["READ"] });
      await using gateway = await startGateway(options);
      await using client = await JsonClient.open(gateway.url);
      client.send({ connect: {} });
      await client.request({ subscribe: { channel: "chat:lobby" } });
      const publish = async () => await client.request({ publish: { channel: "chat:lobby", payload: "hello" } });
      const forbidden = async () => {
        const started = performance.now();
        const { error } = await publish();
        assertEquals([error?.code, error?.retry], ["forbidden", "none"], JSON.stringify(client.frames));
        assert(performance.now() - started < 8_000);
      };
      // Brokers refuse a user without any topic to write to in another place than one without this topic.
      await forbidden();
      await allow(cluster, LIMITED.username, { topic: `${topic}-other`, operations: ["WRITE"] });
      await forbidden();
      const told = gateway.lines.filter((line) => line.includes("grant WRITE on the topic"));
      assert(told.some((line) => line.includes(`Cannot append to ${topic}/`)), gateway.lines.join("\n"));

      await allow(cluster, LIMITED.username, { topic, operations: ["WRITE"] });
      assert((await publish()).published);
      await client.until(() => client.publications.get("chat:lobby")?.length === 1);
    });
  },
  OWN_BROKER,
);
