/** The deny-list on a real Kafka: two gateways, and a third that starts later. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { signedBySecret } from "../adapters/auth/tokens.ts";
import { kafkaForFile, kafkaTest } from "../kafka/kafka_test_case.ts";
import { asAdmin } from "../kafka/topics.ts";
import { type GatewayProcess, startGateway } from "./gateway_process.ts";
import { JsonClient } from "./json_client.ts";
import { tidegate } from "./tidegate_command.ts";

const cluster = kafkaForFile();
const SECRET = "a secret for the tests of thirty-two bytes";
const CONTROL = "tidegate.control";
const CONFIG = `
[auth]
mode = "jwt"
[[routes]]
channel = "chat:{room}"
topic = "denied-chat"
`;

function env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { KAFKA_BROKERS: cluster().brokers.join(","), TIDEGATE_JWT_SECRET: SECRET, ...more };
}

async function connect(gateway: GatewayProcess, user: string, jti: string): Promise<JsonClient> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const client = await JsonClient.open(gateway.url);
  client.send({ connect: { token: await signedBySecret({ sub: user, jti, exp }, { secret: SECRET }) } });
  return client;
}

async function accepted(gateway: GatewayProcess, user: string, jti: string): Promise<JsonClient> {
  const client = await connect(gateway, user, jti);
  assertEquals((await client.connected()).user, user);
  return client;
}

async function refused(gateway: GatewayProcess, user: string, jti: string): Promise<void> {
  const client = await connect(gateway, user, jti);
  await client.until(() => client.closed !== undefined);
  assertEquals([client.closed?.code, client.frames], [4502, []]);
}

kafkaTest("without its topic a gateway says what is missing, and makes it compacted where it may", async () => {
  const { code, err } = await tidegate(["check", "--connect"], { config: CONFIG, env: env() });
  assertEquals(code, 1);
  assertStringIncludes(err, CONTROL);
  assertStringIncludes(err, "cleanup.policy=compact");
  assertStringIncludes(err, "auth.deny_list = false");
  const made = await tidegate(["check", "--connect"], { config: CONFIG, env: env({ KAFKA_CREATE_TOPICS: "true" }) });
  assertEquals(made.code, 0, made.err);
  assertStringIncludes(made.out, `Topic: ${CONTROL}, 1 partitions`);
  const policy = await asAdmin(cluster(), async (admin) => {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: CONTROL, configNames: ["cleanup.policy"] }],
    });
    return resources[0]?.configEntries[0]?.configValue;
  });
  assertEquals(policy, "compact");
});

kafkaTest("a denied user is out on both gateways within a second, and stays out of one that starts later", async () => {
  const options = { config: CONFIG, env: env({ KAFKA_CREATE_TOPICS: "true" }) };
  await using one = await startGateway(options);
  await using two = await startGateway(options);
  const [ann1, ann2] = [await accepted(one, "ann", "a-1"), await accepted(two, "ann", "a-2")];
  const [bob1, bob2] = [await accepted(one, "bob", "b-1"), await accepted(two, "bob", "b-2")];

  const denied = await tidegate(["deny", "user", "ann", "--reason", "spam"], options);
  const written = Date.now();
  assertEquals([denied.code, denied.out], [0, "Denied: user:ann\n"], denied.err);
  const deny = Date.now();
  await Promise.all([ann1, ann2].map((client) => client.until(() => client.closed !== undefined)));
  const afterMs = Date.now() - deny;
  assertEquals([ann1.closed?.code, ann2.closed?.code], [4502, 4502]);
  assert(afterMs < 1_000, `${afterMs} ms after the record was in the log`);
  console.log(`  out on both nodes ${Date.now() - written} ms after the command had ended`);
  assertEquals([bob1.closed, bob2.closed], [undefined, undefined]);

  assertEquals((await tidegate(["deny", "token", "b-1", "--for", "1h"], options)).code, 0);
  await bob1.until(() => bob1.closed !== undefined);
  assertEquals([bob1.closed?.code, bob2.closed], [4502, undefined]);

  await using three = await startGateway(options);
  for (const gateway of [one, two, three]) {
    await refused(gateway, "ann", "a-3");
    await refused(gateway, "bob", "b-1");
  }
  assertEquals((await tidegate(["allow", "user", "ann"], options)).code, 0);
  for (const gateway of [one, two, three]) {
    const ann = await untilAccepted(gateway);
    await ann.close();
  }
  await bob2.close();
});

/** The record that lets ann in again is on its way to every node. */
async function untilAccepted(gateway: GatewayProcess): Promise<JsonClient> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const ann = await connect(gateway, "ann", "a-4");
    await ann.until(() => ann.closed !== undefined || ann.frames.length > 0);
    if (!ann.closed || Date.now() > deadline) return ann;
  }
}
