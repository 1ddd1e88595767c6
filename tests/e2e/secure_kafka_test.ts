/** TLS, SASL and access rules of a real Kafka, through the whole gateway. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { kafkaTest } from "../kafka/kafka_test_case.ts";
import { LIMITED, REAUTHENTICATION_MS, secureKafkaForFile, USER } from "../kafka/secure_broker.ts";
import { allow } from "../kafka/secure_rules.ts";
import { cleanEnv, startGateway, tidegateArgs } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { readTopic } from "../kafka/topics.ts";
import { createTopics } from "./kafka_fixture.ts";

const kafka = secureKafkaForFile();
const OWN_BROKER = { nodes: true };
const WRONG = "not-the-word";

/** How a gateway is configured: by variables, and by lines of the section `[kafka]`. */
interface Setup {
  readonly env: Readonly<Record<string, string>>;
  readonly lines?: string;
}

/** The variables of a protocol with SASL, by the names of the original. */
function saslEnv(address: string, protocol: string, user: { mechanism: string; password?: string }): Setup["env"] {
  return {
    KAFKA_BROKER: address,
    KAFKA_SECURITY_PROTOCOL: protocol,
    KAFKA_SASL_MECHANISMS: user.mechanism,
    KAFKA_SASL_USERNAME: USER.username,
    KAFKA_SASL_PASSWORD: user.password ?? USER.password,
  };
}

/** The variables of the user who may do what the access rules say. */
function limitedEnv(address: string): Setup["env"] {
  return {
    ...saslEnv(address, "SASL_PLAINTEXT", { mechanism: "PLAIN", password: LIMITED.password }),
    KAFKA_SASL_USERNAME: LIMITED.username,
  };
}

function tlsEnv(address: string): Setup["env"] {
  return { KAFKA_BROKER: address, KAFKA_SECURITY_PROTOCOL: "SSL" };
}

/** Makes a folder with certificates and a configuration, and does something with it. */
async function inFolder<T>(
  setup: Setup,
  task: (options: { folder: string; env: Readonly<Record<string, string>> }, topic: string) => Promise<T>,
): Promise<T> {
  const { cluster, ca, otherCa, client, stranger } = kafka();
  const folder = await Deno.makeTempDir({ prefix: "tidegate-secure-" });
  const topic = `chat-${crypto.randomUUID().slice(0, 8)}`;
  const config = `[kafka]\n${setup.lines ?? ""}\n[[routes]]\nchannel = "chat:{room}"\ntopic = "${topic}"\n`;
  const files = {
    "config.toml": config,
    "ca.pem": ca,
    "other.pem": otherCa,
    "client.pem": client.cert,
    "client.key": client.key,
    "stranger.pem": stranger.cert,
    "stranger.key": stranger.key,
  };
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await createTopics(cluster.brokers, { [topic]: 2 });
    return await task({ folder, env: setup.env }, topic);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a command to its end. */
async function run(
  { folder, env }: { folder: string; env: Readonly<Record<string, string>> },
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: tidegateArgs(folder, ...args),
    cwd: folder,
    clearEnv: true,
    env: cleanEnv({ HTTP_PORT: "0", ...env }),
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Expects that a gateway publishes and delivers, that Kafka has what was published, and that `check --connect` is content. */
async function connects(setup: Setup): Promise<void> {
  await inFolder(setup, async (options, topic) => {
    const [check] = await Promise.all([
      run(options, "check", "--connect"),
      (async () => {
        await using gateway = await startGateway(options);
        await using client = await JsonClient.open(gateway.url);
        client.send({ connect: {} });
        await client.request({ subscribe: { channel: "chat:lobby" } });
        const { published } = await client.request({ publish: { channel: "chat:lobby", payload: { n: 1 } } });
        assert(published, JSON.stringify(client.frames));
        await client.until(() => client.publications.get("chat:lobby")?.length === 1);
        assertEquals(client.publications.get("chat:lobby")![0].payload, { n: 1 });
        const read = await readTopic(kafka().cluster, topic);
        assertEquals(read.map(({ key, value }) => ({ key, value })), [{ key: "lobby", value: '{"n":1}' }]);
        assertEquals(gateway.lines.filter((line) => line.includes(USER.password)), []);
      })(),
    ]);
    assertEquals(check.code, 0, check.said);
    assertStringIncludes(check.said, `Topic: ${topic}, 2 partitions`);
  });
}

/** Expects `serve` and `check --connect` to end with 1 soon, to say all of `parts`, and no password. */
async function refuses(setup: Setup, parts: readonly string[]): Promise<void> {
  await inFolder(setup, async (options) => {
    const started = performance.now();
    const both = await Promise.all([run(options, "serve"), run(options, "check", "--connect")]);
    const ms = performance.now() - started;
    for (const { code, said } of both) {
      assertEquals(code, 1, said);
      for (const part of ["Cannot start: ", ...parts]) assertStringIncludes(said.replaceAll('\\"', '"'), part);
      assert(!said.includes(WRONG) && !said.includes(USER.password), said);
    }
    assert(ms < 12_000, `took ${ms} ms`);
  });
}

/** Expects a gateway that goes on trying to say all of `parts`. */
async function keepsTrying(setup: Setup, parts: readonly string[]): Promise<void> {
  await inFolder(setup, async ({ folder, env }) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: tidegateArgs(folder, "serve"),
      cwd: folder,
      clearEnv: true,
      env: cleanEnv({ HTTP_PORT: "0", ...env }),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let said = "";
    let ended = false;
    child.status.then(() => ended = true);
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += text.replaceAll('\\"', '"');
      if (!ended && parts.every((part) => said.includes(part))) child.kill("SIGKILL");
    }
    assertEquals((await child.status).signal, "SIGKILL", said);
  });
}

for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) {
  kafkaTest(`${mechanism} without TLS, by the original's variables`, async () => {
    await connects({ env: saslEnv(kafka().address.sasl, "SASL_PLAINTEXT", { mechanism }) });
  }, OWN_BROKER);
}

kafkaTest("TLS with an authority's file", async () => {
  await connects({ env: tlsEnv(kafka().address.tls), lines: 'ssl_ca = "ca.pem"' });
}, OWN_BROKER);

kafkaTest("TLS where the broker asks for a certificate of the gateway", async () => {
  const lines = 'ssl_ca = "ca.pem"\nssl_cert = "client.pem"\nssl_key = "client.key"';
  await connects({ env: tlsEnv(kafka().address.mutual), lines });
}, OWN_BROKER);

kafkaTest("SCRAM-SHA-512 over TLS", async () => {
  const env = saslEnv(kafka().address.sasl_tls, "SASL_SSL", { mechanism: "SCRAM-SHA-512" });
  await connects({ env, lines: 'ssl_ca = "ca.pem"' });
}, OWN_BROKER);

kafkaTest("a refused password ends the start, and says who was refused, how and where", async () => {
  const { sasl, sasl_tls } = kafka().address;
  for (
    const [mechanism, protocol, address] of [
      ["PLAIN", "SASL_PLAINTEXT", sasl],
      ["SCRAM-SHA-512", "SASL_SSL", sasl_tls],
    ] as const
  ) {
    await refuses({
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
  await refuses({ env: tlsEnv(tls) }, [`${tls}: the broker's certificate cannot be verified`, "set kafka.ssl_ca"]);
  await refuses({ env: tlsEnv(tls), lines: 'ssl_ca = "other.pem"' }, [
    `${tls}: the broker's certificate cannot be verified`,
    "kafka.ssl_ca has to have the authority that signed it",
  ]);
  await refuses({ env: tlsEnv(elsewhere), lines: 'ssl_ca = "ca.pem"' }, [
    `${elsewhere}: the broker's certificate is for another address`,
    "192.0.2.1",
  ]);
}, OWN_BROKER);

kafkaTest("a broker that does not trust the gateway's certificate ends the start", async () => {
  const { mutual } = kafka().address;
  await refuses({ env: tlsEnv(mutual), lines: 'ssl_ca = "ca.pem"' }, [
    `${mutual}: the broker asks for a certificate of the gateway`,
    "set kafka.ssl_cert and kafka.ssl_key",
  ]);
  const lines = 'ssl_ca = "ca.pem"\nssl_cert = "stranger.pem"\nssl_key = "stranger.key"';
  await refuses({ env: tlsEnv(mutual), lines }, [`${mutual}: the broker refuses the certificate of kafka.ssl_cert`]);
}, OWN_BROKER);

kafkaTest("a protocol that the port does not have ends the start where that is certain", async () => {
  const { cluster, address } = kafka();
  await refuses({ env: { KAFKA_BROKER: address.tls } }, [
    `${address.tls}: the broker speaks TLS on this port; set kafka.security_protocol to "ssl"`,
  ]);
  await refuses({ env: saslEnv(cluster.brokers[0]!, "SASL_PLAINTEXT", { mechanism: "PLAIN" }) }, [
    'the broker does not ask for SASL on this port; set kafka.security_protocol to "plaintext"',
  ]);
}, OWN_BROKER);

kafkaTest("a protocol that the port may not have is told by a hint, and tried again", async () => {
  const { cluster, address } = kafka();
  await Promise.all([
    keepsTrying({ env: tlsEnv(cluster.brokers[0]!), lines: 'ssl_ca = "ca.pem"' }, [
      "Cannot reach Kafka",
      'if this port has no TLS, set kafka.security_protocol to "plaintext"',
    ]),
    keepsTrying({ env: { KAFKA_BROKER: address.sasl } }, [
      "Cannot reach Kafka",
      'if the broker asks for SASL on this port, set kafka.security_protocol to "sasl_plaintext"',
    ]),
  ]);
}, OWN_BROKER);

kafkaTest("publishes and deliveries go on while connections have to authenticate again", async () => {
  const env = saslEnv(kafka().address.reauth, "SASL_PLAINTEXT", { mechanism: "SCRAM-SHA-256" });
  await inFolder({ env }, async (options, topic) => {
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
  await refuses({ env: limitedEnv(kafka().address.sasl) }, [
    "not allowed to see Kafka topic",
    "grant DESCRIBE, READ and WRITE",
  ]);
  await inFolder({ env: limitedEnv(kafka().address.sasl) }, async (options, topic) => {
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
    await inFolder({ env: limitedEnv(address.sasl) }, async (options, topic) => {
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
        assert(performance.now() - started < 3_000);
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
