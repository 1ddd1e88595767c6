/** What happens to brokers. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { JsonClient } from "../e2e/json_client.ts";
import { asAdmin } from "../kafka/topics.ts";
import { LOST_AN_ANSWER } from "./lossy_serve.ts";
import type { Row } from "./run_row.ts";
import { FLOWS_WITHIN_MS, leaderOf, placesOf, type Scene, untilInSync } from "./scene.ts";
import { until } from "./until.ts";

/** How long a broker is stopped: longer than its session with the others. */
const BROKER_STOP_MS = 8_000;
/** How soon `/readyz` says that Kafka is away. */
const NOTICED_MS = 10_000;
/** For how long a topic has to refuse appends before `/readyz` says so. */
const REFUSED_FOR_MS = 10_000;
/** The deadline of a publish, and what a busy machine adds. */
const ANSWERED_MS = 15_000;

export const brokerRows: readonly Row[] = [
  {
    name: "answers to appends are lost",
    fleet: { main: new URL("./lossy_serve.ts", import.meta.url).pathname },
    async run({ fleet, load }) {
      const lost = () => fleet.nodes.flatMap(({ lines }) => lines.filter((line) => line.includes(LOST_AN_ANSWER)));
      await until(() => `twenty answers are lost: ${lost().length} are`, () => lost().length >= 20);
      await load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: "a leader is killed and started again",
    async run(scene) {
      const leader = await leaderOf(scene);
      await leader.kill();
      await scene.load.untilMore(200);
      await scene.load.flows(FLOWS_WITHIN_MS);
      await leader.start();
      await untilInSync(scene, 3);
      await scene.load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: "a leader is stopped for 8 s and goes on",
    async run(scene) {
      const leader = await leaderOf(scene);
      leader.pause();
      try {
        await new Promise((resolve) => setTimeout(resolve, BROKER_STOP_MS));
      } finally {
        leader.resume();
      }
      await untilInSync(scene, 3);
      await scene.load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: "leaders move again and again",
    async run(scene) {
      for (let moves = 0; moves < 3; moves++) {
        await moveLeaders(scene);
        await scene.load.untilMore(100);
      }
      await scene.load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: "all brokers are stopped for a while",
    async run(scene) {
      const { cluster, fleet, load } = scene;
      const closes = () => [...load.publishers, ...load.subscribers].flatMap(({ client }) => client.wire.closes);
      for (const node of cluster.nodes) node.pause();
      try {
        await using witness = await JsonClient.open(fleet.nodes[0]!.url);
        await until(
          "no gateway says that it is ready",
          async () => !(await Promise.all(fleet.nodes.map(isReady))).some(Boolean),
          NOTICED_MS,
        );
        const sinceMs = performance.now();
        const { error } = await witness.request({ publish: { channel: "chat:elsewhere", payload: 1 } });
        assertEquals([error?.code, error?.retryAfterMs > 0], ["unavailable", true], JSON.stringify(error));
        assert(performance.now() - sinceMs < ANSWERED_MS);
      } finally {
        for (const node of cluster.nodes) node.resume();
      }
      await untilInSync(scene, 2);
      await Promise.all([
        load.flows(FLOWS_WITHIN_MS),
        until(
          "every gateway says that it is ready",
          async () => (await Promise.all(fleet.nodes.map(isReady))).every(Boolean),
          FLOWS_WITHIN_MS,
        ),
      ]);
      assertEquals(closes(), [], "sockets were closed while Kafka was away");
      await untilInSync(scene, 3);
    },
  },
  {
    name: "a leader shuts down in order, and too few replicas are in sync",
    topic: { "min.insync.replicas": "3" },
    async run(scene) {
      const { load, fleet } = scene;
      const leader = await leaderOf(scene);
      await leader.stop();
      await using witness = await JsonClient.open(fleet.nodes[0]!.url);
      await until("the other replicas alone are in sync", async () => {
        const places = await placesOf(scene);
        return places.length > 0 && places.every(({ inSync }) => inSync.length === 2);
      });
      const sinceMs = performance.now();
      const { error } = await witness.request({ publish: { channel: "chat:elsewhere", payload: 1 } });
      assertEquals([error?.code, error?.retryAfterMs > 0], ["unavailable", true], JSON.stringify(error));
      assert(performance.now() - sinceMs < ANSWERED_MS);
      const ready = () => Promise.all(fleet.nodes.map(isReady));
      await until(
        "no gateway says that it is ready",
        async () => !(await ready()).some(Boolean),
        REFUSED_FOR_MS + NOTICED_MS,
      );
      await leader.start();
      await untilInSync(scene, 3);
      await Promise.all([
        load.flows(FLOWS_WITHIN_MS),
        until("every gateway says that it is ready", async () => (await ready()).every(Boolean), FLOWS_WITHIN_MS),
      ]);
    },
  },
];

/** What a gateway's `/readyz` says. */
async function isReady({ http }: { readonly http: string }): Promise<boolean> {
  const answer = await fetch(`${http}/readyz`);
  await answer.body?.cancel();
  return answer.ok;
}

/** Gives every partition another preferred leader, and waits until the brokers have elected it. */
async function moveLeaders(scene: Scene): Promise<void> {
  const { cluster, topic } = scene;
  const before = await placesOf(scene);
  assertGreater(before.length, 0);
  const wanted = before.map(({ partition, replicas }) => ({
    partition,
    replicas: [...replicas.slice(1), replicas[0]!],
  }));
  await asAdmin(
    cluster,
    (admin) => admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: wanted }] }),
  );
  await until("the brokers have elected the new leaders", async () => {
    const now = await placesOf(scene);
    return now.length > 0 && now.every(({ leader, partition }) => leader === wanted[partition]!.replicas[0]);
  });
}
