/** Which offsets partitions have, by asking their leaders. */
import type { OffsetRange } from "../../domain/ports/log.ts";
import type { Cluster } from "./cluster.ts";
import { LinkError } from "./link.ts";
import { KAFKA_ERRORS, kafkaErrorName } from "./wire/errors.ts";
import { EARLIEST, LATEST, LIST_OFFSETS, listOffsets } from "./wire/list_offsets.ts";

/**
 * The ranges of partitions of a topic. `high` is the end of what can be read: records of open transactions are beyond it.
 * Partitions that cannot be asked now are left out; `failure` says why the first of them could not.
 */
export async function askRanges(
  cluster: Cluster,
  topic: string,
  { partitions, deadlineMs }: { readonly partitions: readonly number[]; readonly deadlineMs: number },
): Promise<{ readonly ranges: ReadonlyMap<number, OffsetRange>; readonly failure?: LinkError }> {
  const view = cluster.state.view?.topics.get(topic);
  const byLeader = Map.groupBy(partitions, (partition) => view?.partitions.get(partition)?.leader ?? -1);
  const ranges = new Map<number, OffsetRange>();
  const failures: LinkError[] = [];
  await Promise.all([...byLeader].map(async ([leader, asked]) => {
    try {
      if (leader < 0) throw new LinkError(`Cannot ask for offsets of ${topic} ${asked.join(",")}: it has no leader`);
      const link = await cluster.link(leader);
      const ask = (at: typeof EARLIEST | typeof LATEST) =>
        link.ask(LIST_OFFSETS, () => listOffsets(topic, { partitions: asked, at }), deadlineMs);
      const [lows, highs] = await Promise.all([ask(EARLIEST), ask(LATEST)]);
      for (const low of lows) {
        const high = highs.find((each) => each.partition === low.partition);
        const error = low.error || high?.error || KAFKA_ERRORS.NONE;
        if (high && error === KAFKA_ERRORS.NONE) {
          ranges.set(low.partition, { low: low.offset, high: Math.max(low.offset, high.offset) });
        } else {
          failures.push(new LinkError(`Cannot ask for offsets of ${topic} ${low.partition}: ${kafkaErrorName(error)}`));
        }
      }
    } catch (error) {
      failures.push(error instanceof LinkError ? error : new LinkError(String(error)));
    }
  }));
  // Something that was known of the cluster is wrong.
  if (failures.length > 0) cluster.refresh();
  return { ranges, ...(failures[0] ? { failure: failures[0] } : {}) };
}
