/** The topics of the log: making them, and how safe what is in them is. */
import type { TopicState } from "../../domain/ports/log.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Cluster } from "./cluster.ts";
import type { TopicView } from "./cluster_view.ts";
import { LinkError } from "./link.ts";
import type { TopicCreation } from "./options.ts";
import { KafkaStartError } from "./start_error.ts";

/** What kafkajs says of a topic that was not made. */
interface CreateTopicError {
  readonly type?: string;
  readonly topic?: string;
  readonly message: string;
}

/** Mistakes in the configuration, and refusals: the same request would fail again. */
const FATAL = new Set([
  "INVALID_TOPIC_EXCEPTION",
  "INVALID_PARTITIONS",
  "INVALID_REPLICATION_FACTOR",
  "INVALID_CONFIG",
  "POLICY_VIOLATION",
  "TOPIC_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
]);

/** Kafka compacts segments that are closed alone: one an hour, so that a topic of few keys stays small. */
const COMPACTED: Readonly<Record<string, string>> = { "cleanup.policy": "compact", "segment.ms": "3600000" };

/**
 * Makes topics that do not exist. One that another gateway made meanwhile is fine.
 *
 * @throws {KafkaStartError} where the cluster refuses; other errors where it may work later
 */
export async function createTopics(
  cluster: Cluster,
  topics: readonly string[],
  { creation, compacted, deadlineMs }: {
    readonly creation: TopicCreation;
    /** Those that keep the last record of each key, in one partition. */
    readonly compacted: readonly string[];
    readonly deadlineMs: number;
  },
): Promise<void> {
  const view = cluster.state.view;
  const node = view && view.controller >= 0 ? view.controller : view?.brokers.keys().next().value ?? -1;
  const link = await cluster.link(node);
  const wanted = topics.map((topic) => {
    const isCompacted = compacted.includes(topic);
    const config = isCompacted ? COMPACTED : creation.config ?? {};
    return {
      topic,
      numPartitions: isCompacted ? 1 : creation.partitions,
      replicationFactor: creation.replicationFactor,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    };
  });
  try {
    await link.use("create topics", (broker) => broker.createTopics(wanted, deadlineMs), deadlineMs);
  } catch (error) {
    const errors: readonly CreateTopicError[] = (error as { errors?: CreateTopicError[] }).errors ??
      [error as CreateTopicError];
    const failed = errors.filter(({ type }) => type !== "TOPIC_ALREADY_EXISTS");
    const fatal = failed.filter(({ type }) => type !== undefined && FATAL.has(type));
    if (fatal.length > 0) {
      throw new KafkaStartError(
        fatal.map((each) =>
          `Cannot start: Kafka refuses to create topic "${each.topic ?? topics.join(", ")}" with ` +
          `${creation.partitions} partitions and replication factor ${creation.replicationFactor}: ${each.message}`
        ).join("\n"),
      );
    }
    if (failed.length > 0) throw error;
  }
}

/** How safe the topics are: each strong or weak, with what that was judged by. */
export interface Durability {
  readonly level: TopicState["durability"];
  readonly replicas: number;
  /** Kafka's `min.insync.replicas`; absent where it could not be read. */
  readonly minInSync?: number;
  /** Kafka's `unclean.leader.election.enable`; absent where it could not be read. */
  readonly unclean?: boolean;
  /** Kafka's `cleanup.policy`; absent where it could not be read. */
  readonly cleanup?: string;
}

const MIN_IN_SYNC = "min.insync.replicas";
const CLEANUP = "cleanup.policy";
const UNCLEAN = "unclean.leader.election.enable";

/**
 * Judges topics: strong means 3 replicas or more, 2 or more of them in sync for every write, and none elected leader
 * that was not in sync. Fails where no broker could be asked; a configuration that it does not show makes a topic weak.
 */
export async function judgeDurability(
  cluster: Cluster,
  topics: ReadonlyMap<string, TopicView>,
  deadlineMs: number,
): Promise<ReadonlyMap<string, Durability>> {
  const node = cluster.state.view?.brokers.keys().next().value ?? -1;
  const link = await cluster.link(node);
  const configs = await link.use(
    "read topic configurations",
    (broker) => broker.topicConfigs([...topics.keys()], [MIN_IN_SYNC, UNCLEAN, CLEANUP]),
    deadlineMs,
  ).catch((error) => {
    if (error instanceof LinkError) throw error;
    return undefined;
  });
  return new Map([...topics].map(([name, { replicas }]): [string, Durability] => {
    const config = configs?.get(name);
    if (!config) return [name, { level: "weak", replicas }];
    const minInSync = Number(config.get(MIN_IN_SYNC));
    const unclean = config.get(UNCLEAN) !== "false";
    const strong = replicas >= 3 && minInSync >= 2 && !unclean;
    const cleanup = config.get(CLEANUP);
    const level = strong ? "strong" : "weak";
    return [name, { level, replicas, minInSync, unclean, ...(cleanup === undefined ? {} : { cleanup }) }];
  }));
}

/** Tells the operator of a topic whose acknowledged records a broken broker can take away. */
export function noteWeak(telemetry: Telemetry, topic: string, durability: Durability): void {
  if (durability.level === "strong") return;
  telemetry.note("warn", `Kafka topic "${topic}" can lose acknowledged records`, {
    replicationFactor: durability.replicas,
    minInsyncReplicas: durability.minInSync,
    uncleanLeaderElection: durability.unclean,
    fix: "replication factor 3 or more, min.insync.replicas=2, unclean.leader.election.enable=false",
  });
}

/** Tells the operator of a topic that forgets the last record of a key, which it is there to keep. */
export function noteForgetful(telemetry: Telemetry, topic: string, { cleanup }: Durability): void {
  if (cleanup === undefined || cleanup === "compact") return;
  telemetry.note("warn", `Kafka topic "${topic}" forgets records that have to stay`, {
    cleanupPolicy: cleanup,
    fix: "cleanup.policy=compact",
  });
}
