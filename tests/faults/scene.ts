/** What a row of the fault suite has at hand. */
import type { ReadRecord } from "../kafka/topics.ts";
import type { KafkaCluster, KafkaNode } from "../kafka/broker.ts";
import { asAdmin } from "../kafka/topics.ts";
import type { Fleet } from "./fleet.ts";
import type { Load } from "./load.ts";
import { until } from "./until.ts";

/** Three brokers, a topic, gateways, and traffic. */
export interface Scene {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly fleet: Fleet;
  readonly load: Load;
  /** Reads the topic now: what is deleted from it later is in the evidence all the same. */
  remember(): Promise<readonly ReadRecord[]>;
  /**
   * Lets the traffic come to rest, and checks everything so far. What comes after is checked by itself: the topic is
   * another one, of which subscribers may hear for one of these reasons.
   */
  nextChapter(mayHear: readonly string[]): Promise<void>;
}

/** A partition as the brokers know it. */
export interface PartitionPlace {
  readonly partition: number;
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

/** How soon everything has to flow again, in milliseconds. */
export const FLOWS_WITHIN_MS = 10_000;

/** Where the partitions are, as an admin client of its own is told; empty where no broker answers. */
export async function placesOf({ cluster, topic }: Pick<Scene, "cluster" | "topic">): Promise<PartitionPlace[]> {
  try {
    const { topics } = await asAdmin(cluster, (admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics[0]!.partitions.map((each) => ({
      partition: each.partitionId,
      leader: each.leader,
      replicas: each.replicas,
      inSync: each.isr,
    })).sort((a, b) => a.partition - b.partition);
  } catch {
    return [];
  }
}

/** The broker that leads partition 0. */
export async function leaderOf(scene: Pick<Scene, "cluster" | "topic">): Promise<KafkaNode> {
  const [place] = await placesOf(scene);
  const leader = scene.cluster.nodes.find(({ id }) => id === place?.leader);
  if (!leader) throw new Error(`Cannot find the leader of ${scene.topic}: ${JSON.stringify(place)}`);
  return leader;
}

/** Resolves when every partition has a leader and at least so many replicas in sync. */
export async function untilInSync(scene: Pick<Scene, "cluster" | "topic">, replicas: number): Promise<void> {
  let places: PartitionPlace[] = [];
  await until(() => `${replicas} replicas are in sync: ${JSON.stringify(places)}`, async () => {
    places = await placesOf(scene);
    return places.length > 0 && places.every(({ leader, inSync }) => leader >= 0 && inSync.length >= replicas);
  });
}

/**
 * Makes a topic with three replicas, and resolves when all of them are in sync. A name that is being deleted is waited for. (kafkajs'
 * own waiting fails where a broker has not heard of the topic yet.)
 */
export async function makeTopic(
  scene: Pick<Scene, "cluster" | "topic">,
  { partitions, config = {} }: { readonly partitions: number; readonly config?: Readonly<Record<string, string>> },
): Promise<void> {
  const { cluster, topic } = scene;
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await until("the topic can be made", () =>
    asAdmin(cluster, (admin) =>
      admin.createTopics({
        waitForLeaders: false,
        topics: [{ topic, numPartitions: partitions, replicationFactor: 3, configEntries }],
      })));
  await untilInSync(scene, 3);
}
