/** Leads each partition's records to the lane of its leader, wherever that is. */
import type { TopicPartition } from "../../domain/log_record.ts";
import { dismiss, type Dismissal, unknownTo } from "./append_dismissal.ts";
import type { Cluster, ClusterState } from "./cluster.ts";
import { type Lane, lane, type LaneContext } from "./lane.ts";
import { PartitionQueue } from "./partition_queue.ts";

/** What a router is made of. */
export interface RouterOptions extends Omit<LaneContext, "addressOf" | "stale" | "landed"> {
  readonly cluster: Pick<Cluster, "states" | "state" | "refresh">;
  /** A batch of one partition is at most this many bytes. */
  readonly maxBytes: number;
  /** Says that a record of so many bytes has its outcome. */
  readonly freed: (bytes: number) => void;
}

/** Partitions' queues, and the lanes that they are in. */
export interface AppendRouter {
  queueOf(partition: TopicPartition): PartitionQueue;
  /** Why records of a partition are refused at once; `undefined` where they are not. */
  away(queue: PartitionQueue): string | undefined;
  /** Says that records were queued. */
  kick(queue: PartitionQueue): void;
  /** Gives all records of a partition their outcome: what may be in the log is unknown, the rest is refused. */
  giveUp(queue: PartitionQueue, why: string): void;
  /** The same for all partitions. */
  giveUpAll(why: string): void;
  /** Resolves when every lane has ended, after the signal aborted. */
  ended(): Promise<void>;
}

/** Makes a router that follows the cluster until the signal aborts. */
export function appendRouter(options: RouterOptions): AppendRouter {
  const { cluster, signal, trouble } = options;
  const topics = new Map<string, Map<number, PartitionQueue>>();
  const lanes = new Map<number, Lane>();
  const context: LaneContext = {
    ...options,
    addressOf: (nodeId) => cluster.state.view?.brokers.get(nodeId),
    stale: cluster.refresh,
    landed: (queue) => {
      if (!queue.empty) kick(queue);
    },
  };

  const laneOf = (queue: PartitionQueue) => queue.leader === undefined ? undefined : lanes.get(queue.leader);

  const queueOf = ({ topic, partition }: TopicPartition) => {
    let queues = topics.get(topic);
    if (!queues) topics.set(topic, queues = new Map());
    let queue = queues.get(partition);
    if (!queue) {
      queue = new PartitionQueue({ topic, partition }, options);
      queues.set(partition, queue);
      place(queue, cluster.state);
    }
    return queue;
  };

  /** Puts a partition in the lane of its leader, and out of the one where it was. */
  const place = (queue: PartitionQueue, state: ClusterState) => {
    const leader = leaderOf(queue, state);
    if (leader === queue.leader) return;
    laneOf(queue)?.queues.delete(queue);
    queue.leader = leader;
    if (leader === undefined) return;
    let to = lanes.get(leader);
    if (!to) lanes.set(leader, to = lane(leader, context));
    to.queues.add(queue);
    queue.away = undefined;
    trouble(queue, undefined);
    // A new leader need not wait for what the old one could not do.
    queue.notBefore = 0;
    if (!queue.empty) to.kick();
  };

  const kick = (queue: PartitionQueue) => {
    const to = laneOf(queue);
    if (to) return to.kick();
    if (refuseUnknown(queue, cluster.state)) return;
    // Before the first answer nothing is wrong yet.
    if (cluster.state.view || cluster.state.error) trouble(queue, noLeader(queue));
    cluster.refresh();
  };

  /** Refuses what goes to a topic or partition that is not there. Whether it did. */
  const refuseUnknown = (queue: PartitionQueue, state: ClusterState): boolean => {
    const unknown = unknownTo(queue, state);
    if (!unknown) return false;
    const queues = topics.get(queue.topic);
    queues?.delete(queue.partition);
    if (queues?.size === 0) topics.delete(queue.topic);
    trouble(queue, undefined);
    dismiss(queue, unknown);
    return true;
  };

  const noLeader = ({ topic, partition }: TopicPartition) =>
    cluster.state.error?.message ?? `Partition ${topic}/${partition} has no leader`;

  const follow = cluster.states.subscribe((state) => {
    for (const queues of topics.values()) {
      for (const queue of queues.values()) {
        place(queue, state);
        if (queue.leader === undefined && !queue.empty) refuseUnknown(queue, state);
      }
    }
  });
  signal.addEventListener("abort", () => follow.unsubscribe());

  return {
    queueOf,
    away: (queue) => laneOf(queue)?.away ?? queue.away,
    kick,
    giveUp(queue, why) {
      const at = laneOf(queue);
      const reason = at ? at.failed : noLeader(queue);
      if (at) at.goAway();
      else queue.away = reason;
      const unavailable: Dismissal = { reason: "unavailable", why: reason ? `${why}: ${reason}` : why };
      dismiss(queue, unavailable);
    },
    giveUpAll(why) {
      for (const queues of topics.values()) {
        for (const queue of queues.values()) dismiss(queue, { reason: "unavailable", why });
      }
    },
    async ended() {
      await Promise.all([...lanes.values()].map((each) => each.ended()));
    },
  };
}

function leaderOf({ topic, partition }: TopicPartition, { view }: ClusterState): number | undefined {
  const leader = view?.topics.get(topic)?.partitions.get(partition)?.leader;
  return leader === undefined || leader < 0 ? undefined : leader;
}
