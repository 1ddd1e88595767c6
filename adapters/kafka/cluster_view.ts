/** What the cluster was last known to be. */
import { KAFKA_ERRORS } from "./wire/errors.ts";
import type { MetadataResponse, TopicMetadata } from "./wire/metadata.ts";

/** Brokers, and the log's topics. */
export interface ClusterView {
  /** `host:port` by node id. */
  readonly brokers: ReadonlyMap<number, string>;
  /** The node id of the broker that changes topics; -1 where there is none. */
  readonly controller: number;
  /** The topics that exist, by name. */
  readonly topics: ReadonlyMap<string, TopicView>;
  /** The topics that several answers in a row did not know. */
  readonly missing: readonly string[];
  /** The topics that the gateway may not see. */
  readonly forbidden: readonly string[];
  /** The topics that it may see, and not read. */
  readonly unreadable: readonly string[];
  /** Topics of which this view is not sure yet: the next answer decides. */
  readonly unsure: boolean;
}

/** One topic that exists. */
export interface TopicView {
  /** The id of this life of the topic; absent where brokers do not say. */
  readonly id: string | undefined;
  /** By partition. */
  readonly partitions: ReadonlyMap<number, PartitionView>;
  /** The smallest number of replicas of its partitions. */
  readonly replicas: number;
}

/** One partition of it. */
export interface PartitionView {
  /** The node id of the broker to ask; -1 where there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  /** How many replicas are in sync. */
  readonly inSync: number;
}

/** Makes the next view of each answer. */
export type ViewFold = (response: MetadataResponse) => ClusterView;

/** A broker that has just started may not know a topic yet: so many answers in a row make it missing. */
const ANSWERS_UNTIL_MISSING = 3;

/** A fold of metadata answers that keeps a topic until it is certainly gone. */
export function clusterViews(): ViewFold {
  const absences = new Map<string, number>();
  let topics: ReadonlyMap<string, TopicView> = new Map();
  return (response) => {
    const next = new Map<string, TopicView>();
    const missing: string[] = [];
    const forbidden: string[] = [];
    let unsure = false;
    for (const topic of response.topics) {
      if (topic.error === KAFKA_ERRORS.TOPIC_AUTHORIZATION_FAILED) forbidden.push(topic.name);
      else if (topic.partitions.length > 0) {
        absences.delete(topic.name);
        next.set(topic.name, topicView(topic));
      } else {
        const absent = (absences.get(topic.name) ?? 0) + 1;
        absences.set(topic.name, absent);
        const known = topics.get(topic.name);
        if (absent >= ANSWERS_UNTIL_MISSING) missing.push(topic.name);
        else {
          unsure = true;
          if (known) next.set(topic.name, known);
        }
      }
    }
    topics = next;
    const brokers = new Map(response.brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]));
    const unreadable = response.topics.filter(({ mayRead }) => mayRead === false).map(({ name }) => name)
      .filter((name) => next.has(name));
    return { brokers, controller: response.controller, topics, missing, forbidden, unreadable, unsure };
  };
}

function topicView(topic: TopicMetadata): TopicView {
  const partitions = topic.partitions.toSorted((a, b) => a.partition - b.partition);
  return {
    id: topic.id,
    partitions: new Map(
      partitions.map(({ partition, leader, leaderEpoch, inSync }) => [
        partition,
        { leader, leaderEpoch, inSync: inSync.length },
      ]),
    ),
    replicas: Math.min(...partitions.map((partition) => partition.replicas.length)),
  };
}
