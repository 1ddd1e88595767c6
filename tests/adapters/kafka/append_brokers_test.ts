import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from "kafkajs";
import type { Outcome } from "../../../domain/ports/log.ts";
import { startKafka } from "../../kafka/broker.ts";
import { kafkaTest } from "../../kafka/kafka_test_case.ts";
import { asAdmin, freshTopic, readTopic } from "../../kafka/topics.ts";
import { type AppendSide, appendSide, record } from "./append_side.ts";

/** Publishes numbered records, several at a time, until told to stop. */
function stream(log: AppendSide, topic: string, partitions: number) {
  const outcomes: Outcome[] = [];
  let stopped = false;
  let next = 0;
  const publish = async () => {
    while (!stopped) {
      const at = next++;
      const [outcome] = await log.append([record(topic, `${at}`, at % partitions)]);
      outcomes[at] = outcome!;
      // Refused at once: a turn for the sockets.
      if (outcome!.kind !== "appended") await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const publishers = Array.from({ length: 8 }, publish);
  return {
    outcomes,
    appended: () => outcomes.reduce((sum, one) => sum + (one?.kind === "appended" ? 1 : 0), 0),
    async stop() {
      stopped = true;
      await Promise.all(publishers);
    },
  };
}

/** Every appended record is in the log where its outcome says, once; each partition is in the order of the publishes. */
async function check(cluster: Parameters<typeof readTopic>[0], topic: string, outcomes: Outcome[], partitions: number) {
  const read = await readTopic(cluster, topic);
  const at = new Map(read.map(({ partition, offset, value }) => [`${partition}@${offset}`, value]));
  outcomes.forEach((outcome, number) => {
    if (outcome.kind === "appended") assertEquals(at.get(`${number % partitions}@${outcome.offset}`), `${number}`);
    if (outcome.kind === "rejected") assert(!read.some((one) => one.value === `${number}`), `${number} is in the log`);
  });
  for (let partition = 0; partition < partitions; partition++) {
    const values = read.filter((one) => one.partition === partition).map((one) => Number(one.value));
    assertEquals(values, values.toSorted((a, b) => a - b));
  }
  assertEquals(new Set(read.map((one) => one.value)).size, read.length);
}

async function until(condition: () => boolean, what: string, withinMs = 20_000): Promise<void> {
  for (const end = performance.now() + withinMs; !condition();) {
    assertLess(performance.now(), end, `${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

kafkaTest("goes on where it was when a broker was killed and has come back", async () => {
  await using cluster = await startKafka();
  const topic = await freshTopic(cluster, { partitions: 2 });
  await using log = appendSide(cluster, { topics: [topic], deadlines: { appendMs: 30_000 } });
  const publishes = stream(log, topic, 2);
  const [node] = cluster.nodes;
  for (let round = 1; round <= 2; round++) {
    const before = publishes.appended();
    await until(() => publishes.appended() > before + 300, "publishes");
    await node!.kill();
    await node!.start();
    const after = publishes.appended();
    await until(() => publishes.appended() > after + 50, "publishes after the restart", 10_000);
  }
  await publishes.stop();
  // Its deadline is longer than the broker was away.
  assertEquals(publishes.outcomes.filter((one) => one.kind !== "appended"), []);
  await check(cluster, topic, publishes.outcomes, 2);
}, { nodes: true });

kafkaTest("refuses at the deadline, then at once, and flows again within 10 s of the broker's return", async () => {
  await using cluster = await startKafka();
  const topic = await freshTopic(cluster);
  const deadlines = { appendMs: 1_000, connectMs: 300, requestMs: 500 };
  await using log = appendSide(cluster, { topics: [topic], deadlines });
  await log.append([record(topic, "first")]);
  const [node] = cluster.nodes;
  for (const fault of ["pause", "kill"] as const) {
    await node![fault]();
    const [late] = await log.append([record(topic, fault)]);
    assert(late?.kind === "unknown" || late?.kind === "rejected" && late.reason === "unavailable");
    const since = performance.now();
    for (let at = 0; at < 20; at++) {
      const [outcome] = await log.append([record(topic, `${fault} ${at}`)]);
      assert(outcome?.kind === "rejected" && outcome.reason === "unavailable", JSON.stringify(outcome));
    }
    assertLess(performance.now() - since, 5_000);
    if (fault === "pause") node!.resume();
    else await node!.start();
    const back = performance.now();
    for (let appended = false; !appended;) {
      assertLess(performance.now() - back, 10_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      appended = (await log.append([record(topic, "back")]))[0]?.kind === "appended";
    }
  }
}, { nodes: true });

kafkaTest("follows leaders through a broker's death and a change of preferred leaders, in order", async () => {
  await using cluster = await startKafka({ brokers: 3 });
  const topic = await freshTopic(cluster, { partitions: 6, replicas: 3 });
  await using log = appendSide(cluster, { topics: [topic], deadlines: { appendMs: 30_000 } });
  const publishes = stream(log, topic, 6);
  await until(() => publishes.appended() > 600, "publishes");
  const leaders = async () => {
    const { topics } = await asAdmin(cluster, (admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics[0]!.partitions.map((partition) => partition.leader);
  };
  const before = await leaders();
  assertGreater(new Set(before).size, 1);
  const victim = cluster.nodes.find((node) => node.id === before[0])!;
  await victim.kill();
  const killedAt = publishes.appended();
  await until(() => publishes.appended() > killedAt + 600, "publishes after the kill", 30_000);
  assert(!(await leaders()).includes(victim.id));
  await victim.start();
  // A controlled stop of another one moves its partitions while requests are on their way.
  const other = cluster.nodes.find((node) => node.id !== victim.id)!;
  await other.stop();
  const stoppedAt = publishes.appended();
  await until(() => publishes.appended() > stoppedAt + 600, "publishes after the stop", 30_000);
  await other.start();
  await publishes.stop();
  assertEquals(publishes.outcomes.filter((one) => one.kind !== "appended"), []);
  await check(cluster, topic, publishes.outcomes, 6);
}, { nodes: true });

kafkaTest("rejects what it may not write as forbidden, and writes the rest", async () => {
  await using cluster = await startKafka({
    properties: {
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "allow.everyone.if.no.acl.found": "true",
    },
  });
  const [closed, open] = [await freshTopic(cluster), await freshTopic(cluster)];
  const acl = {
    resourceType: AclResourceTypes.TOPIC,
    resourceName: closed,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: "User:ANONYMOUS",
    host: "*",
  };
  await asAdmin(cluster, (admin) =>
    admin.createAcls({
      acl: [
        { ...acl, operation: AclOperationTypes.WRITE, permissionType: AclPermissionTypes.DENY },
        { ...acl, operation: AclOperationTypes.DESCRIBE, permissionType: AclPermissionTypes.ALLOW },
      ],
    }));
  await using log = appendSide(cluster, { topics: [closed, open] });
  const outcomes = await log.append([record(open, "a"), record(closed, "b"), record(closed, "c"), record(open, "d")]);
  assertEquals(outcomes.map((one) => one.kind === "rejected" ? one.reason : one.kind), [
    "appended",
    "forbidden",
    "forbidden",
    "appended",
  ]);
  const [rejected] = outcomes.filter((one) => one.kind === "rejected");
  assert(rejected?.kind === "rejected" && rejected.message.includes("TOPIC_AUTHORIZATION_FAILED"), rejected?.message);
  assertEquals((await readTopic(cluster, open)).map((one) => one.value), ["a", "d"]);
}, { nodes: true });
