/** Gateways on a secure Kafka, as processes, with what a test expects of them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LIMITED, type SecureKafka, USER } from "../kafka/secure_broker.ts";
import { readTopic } from "../kafka/topics.ts";
import { cleanEnv, startGateway, tidegateArgs } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { createTopics } from "./kafka_fixture.ts";

/** A password that nobody has. */
export const WRONG = "not-the-word";

/** How a gateway is configured: by variables, and by lines of the section `[kafka]`. */
export interface Setup {
  readonly env: Readonly<Record<string, string>>;
  readonly lines?: string;
}

/** The variables of a protocol with SASL, by the names of the original. */
export function saslEnv(
  address: string,
  protocol: string,
  user: { mechanism: string; password?: string },
): Setup["env"] {
  return {
    KAFKA_BROKER: address,
    KAFKA_SECURITY_PROTOCOL: protocol,
    KAFKA_SASL_MECHANISMS: user.mechanism,
    KAFKA_SASL_USERNAME: USER.username,
    KAFKA_SASL_PASSWORD: user.password ?? USER.password,
  };
}

/** The variables of the user who may do what the access rules say. */
export function limitedEnv(address: string): Setup["env"] {
  return {
    ...saslEnv(address, "SASL_PLAINTEXT", { mechanism: "PLAIN", password: LIMITED.password }),
    KAFKA_SASL_USERNAME: LIMITED.username,
  };
}

/** The variables of TLS without SASL. */
export function tlsEnv(address: string): Setup["env"] {
  return { KAFKA_BROKER: address, KAFKA_SECURITY_PROTOCOL: "SSL" };
}

/** Makes a folder with certificates and a configuration, and does something with it. */
export async function inFolder<T>(
  kafka: SecureKafka,
  setup: Setup,
  task: (options: { folder: string; env: Readonly<Record<string, string>> }, topic: string) => Promise<T>,
): Promise<T> {
  const { cluster, ca, otherCa, client, stranger } = kafka;
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
export async function run(
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
export async function connects(kafka: SecureKafka, setup: Setup): Promise<void> {
  await inFolder(kafka, setup, async (options, topic) => {
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
        const read = await readTopic(kafka.cluster, topic);
        assertEquals(read.map(({ key, value }) => ({ key, value })), [{ key: "lobby", value: '{"n":1}' }]);
        assertEquals(gateway.lines.filter((line) => line.includes(USER.password)), []);
      })(),
    ]);
    assertEquals(check.code, 0, check.said);
    assertStringIncludes(check.said, `Topic: ${topic}, 2 partitions`);
  });
}

/** Expects `serve` and `check --connect` to end with 1 soon, to say all of `parts`, and no password. */
export async function refuses(kafka: SecureKafka, setup: Setup, parts: readonly string[]): Promise<void> {
  await inFolder(kafka, setup, async (options) => {
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
export async function keepsTrying(kafka: SecureKafka, setup: Setup, parts: readonly string[]): Promise<void> {
  await inFolder(kafka, setup, async ({ folder, env }) => {
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
