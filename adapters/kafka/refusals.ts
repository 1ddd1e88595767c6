/** Topics that nothing can be appended to, because too few of their replicas are in sync. */
import type { ClusterView, TopicView } from "./cluster_view.ts";

/** What is known at one moment. */
export interface Standing {
  readonly view: ClusterView;
  /** Kafka's `min.insync.replicas`, by topic; of a topic that is not there nothing is said. */
  readonly minInSync: ReadonlyMap<string, number>;
  /** In milliseconds, of a clock that goes on. */
  readonly now: number;
}

/** A broker that restarts is back sooner: for so long a topic may be like that, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * A fold over what the cluster is known to be: by topic, why every append to it is refused, in words for an operator. A topic is told of
 * when all of its partitions have been too few replicas short for more than 10 s, and no more as soon as one of them has enough. Nothing has
 * to be appended for it.
 */
export function refusals(): (standing: Standing) => ReadonlyMap<string, string> {
  const since = new Map<string, number>();
  return ({ view, minInSync, now }) => {
    const refused = new Map<string, string>();
    for (const [name, topic] of view.topics) {
      const needed = minInSync.get(name);
      if (needed === undefined || !isShort(topic, needed)) {
        since.delete(name);
        continue;
      }
      const began = since.get(name) ?? now;
      since.set(name, began);
      if (now - began <= PATIENCE_MS) continue;
      const most = Math.max(...[...topic.partitions.values()].map(({ inSync }) => inSync));
      refused.set(name, `at most ${most} of ${needed} replicas in sync that an append needs`);
    }
    for (const name of since.keys()) if (!view.topics.has(name)) since.delete(name);
    return refused;
  };
}

/** Whether no partition has enough. */
function isShort({ partitions }: TopicView, needed: number): boolean {
  return partitions.size > 0 && [...partitions.values()].every(({ inSync }) => inSync < needed);
}
