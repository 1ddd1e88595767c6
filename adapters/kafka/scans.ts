/** The scans of a log, one for each partition that was read. */
import type { TopicPartition } from "../../domain/log_record.ts";
import { fetchBlock, lifeOf } from "./fetch_block.ts";
import type { Gate } from "./gate.ts";
import { BlockCache } from "./scan/block_cache.ts";
import { KEPT_MS, PartitionScan } from "./scan/partition_scan.ts";
import type { ReadingParts } from "./tail_context.ts";

/** Makes them when they are first needed. Their fetches wait at the gate, and end when `signal` aborts. */
export function partitionScans(
  parts: ReadingParts,
  { gate, signal }: { readonly gate: Gate; readonly signal: AbortSignal },
): (of: TopicPartition) => PartitionScan {
  const { cluster, telemetry, random, deadlines, limits, background } = parts;
  const cache = new BlockCache({ bytes: limits.blockBytes, keptMs: KEPT_MS });
  const scans = new Map<string, PartitionScan>();

  function open(of: TopicPartition): PartitionScan {
    return new PartitionScan({
      name: `${of.topic} ${of.partition}`,
      fetch: (request) => gate.run(() => fetchBlock(parts, of, request)),
      now() {
        const topic = cluster.state.view?.topics.get(of.topic);
        return { topicId: topic?.id, known: topic !== undefined, life: lifeOf(parts, of) };
      },
      shelf: cache.shelf(),
      count: (what) => telemetry.count(what),
      fraction: random.fraction,
      readMs: deadlines.readMs,
      fetchBytes: limits.fetchBytes,
      signal,
      run: (task) => background.run(task),
    });
  }

  return ({ topic, partition }) => {
    const name = `${topic}/${partition}`;
    const known = scans.get(name) ?? open({ topic, partition });
    scans.set(name, known);
    return known;
  };
}
