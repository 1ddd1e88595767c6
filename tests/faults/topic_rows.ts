/** What happens to topics. */
import { asAdmin } from "../kafka/topics.ts";
import type { Row } from "./run_row.ts";
import { FLOWS_WITHIN_MS, makeTopic, placesOf } from "./scene.ts";
import type { Subscriber } from "./subscriber.ts";
import { until } from "./until.ts";

export const topicRows: readonly Row[] = [
  {
    name: "partitions are added",
    async run(scene) {
      const { cluster, topic, load } = scene;
      const before = (await placesOf(scene)).length;
      const away = load.subscribers[0]!;
      away.mayHear = ["log_changed"];
      away.client.hold();
      await load.untilMore(50);
      await asAdmin(cluster, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: before * 2 }] }));
      const inNewOnes = () =>
        load.publishers.filter(({ publishes }) =>
          publishes.some(({ answer }) => answer?.kind === "acked" && answer.partition >= before)
        );
      await until("everyone publishes to new partitions", () => inNewOnes().length === load.publishers.length);
      away.client.release();
      await untilTold(away, "log_changed");
      await load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: "the topic is deleted and made anew",
    async run(scene) {
      const { cluster, topic, load } = scene;
      const partitions = (await placesOf(scene)).length;
      await scene.nextChapter(["log_changed"]);
      await asAdmin(cluster, (admin) => admin.deleteTopics({ topics: [topic] }));
      await makeTopic(scene, { partitions });
      load.resume();
      await Promise.all(load.subscribers.map((each) => untilTold(each, "log_changed")));
      await load.flows(FLOWS_WITHIN_MS);
    },
  },
  {
    name: "retention passes a cursor",
    // What a node has in memory it can still tell, whatever the log has forgotten.
    fleet: { config: "[limits]\ntail_memory_bytes = 0\n" },
    async run(scene) {
      const { cluster, topic, load } = scene;
      const away = load.subscribers[0]!;
      away.client.hold();
      await load.untilMore(300);
      // The traffic goes on: what is not remembered stays in the log.
      const ends = new Map((await scene.remember()).map(({ partition, offset }) => [partition, `${offset + 1}`]));
      away.mayHear = ["expired"];
      await asAdmin(cluster, async (admin) => {
        await admin.fetchTopicOffsets(topic);
        const partitions = [...ends].map(([partition, offset]) => ({ partition, offset }));
        await admin.deleteTopicRecords({ topic, partitions });
      });
      await load.untilMore(50);
      away.client.release();
      await untilTold(away, "expired");
      await load.flows(FLOWS_WITHIN_MS);
    },
  },
];

/** Resolves when a subscriber was told in each of its channels that publications are missing, and why. */
async function untilTold({ name, told, channels }: Subscriber, reason: string): Promise<void> {
  const heard = () => new Set(told.flatMap((each) => "reason" in each && each.reason === reason ? [each.channel] : []));
  await until(
    () => `${name} is told ${reason} on ${channels}: ${[...heard()]}`,
    () => heard().size === channels.length,
  );
}
