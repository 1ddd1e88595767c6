/** Reads a bounded range of one partition. */
import { Observable } from "rxjs";
import type { TopicPartition } from "../../domain/log_record.ts";
import { type Batch, LogUnavailable, type OffsetRange, type ReadRange } from "../../domain/ports/log.ts";
import type { ClusterView, TopicView } from "./cluster_view.ts";
import { patiently } from "./patience.ts";
import type { sharedRanges } from "./shared_ranges.ts";
import type { PartitionScan } from "./scan/partition_scan.ts";
import type { ReadingParts } from "./tail_context.ts";
import { advance, type TailPartition, tailPartition } from "./tail_partition.ts";
import { bell } from "./wait.ts";

/** What bounded reading needs. */
export interface ReadParts extends ReadingParts {
  /** The topics of the log. */
  readonly topics: readonly string[];
  /** Aborts when the log is closed. */
  readonly closing: AbortSignal;
  /** Asks for the range of a partition. */
  readonly ranges: ReturnType<typeof sharedRanges>;
  /** The scan of a partition. */
  readonly scans: (of: TopicPartition) => PartitionScan;
}

/** The range of `Log`. */
export function range(parts: ReadParts, of: TopicPartition): Observable<OffsetRange> {
  return observe(parts, async ({ next, signal }) => next(await askRange(parts, of, signal)));
}

/** The bounded read of `Log`: one of those that the scan of the partition serves. */
export function read(parts: ReadParts, of: TopicPartition, { from, to, key }: ReadRange): Observable<Batch> {
  return observe(parts, async ({ next, signal }) => {
    const topicId = (await knownTopic(parts, of, signal)).id;
    const at: TailPartition = { ...tailPartition(of), position: from };
    const taken = bell();
    const scan = parts.scans(of);
    const seat = scan.join({ from, to, key, topicId });
    const leave = () => scan.leave(seat);
    signal.addEventListener("abort", leave);
    try {
      while (at.position! < to && !signal.aborted) {
        const piece = await scan.next(seat).catch((error) => {
          if (!signal.aborted) throw error;
        });
        if (!piece || signal.aborted) return;
        next(advance(at, piece, taken.ring));
        while (at.open > 0 && !signal.aborted) await taken.wait(60_000, signal);
      }
    } finally {
      signal.removeEventListener("abort", leave);
      leave();
    }
  });
}

async function askRange(parts: ReadParts, of: TopicPartition, signal: AbortSignal): Promise<OffsetRange> {
  await knownTopic(parts, of, signal);
  return await patiently(parts, async () => {
    const { ranges, failure } = await parts.ranges(of);
    if (failure) throw failure;
    return ranges.get(of.partition);
  }, { what: whatFor(of), signal });
}

/** The topic, once it is known to have the partition. */
async function knownTopic(parts: ReadParts, of: TopicPartition, signal: AbortSignal): Promise<TopicView> {
  const what = whatFor(of);
  if (!parts.topics.includes(of.topic)) {
    throw new LogUnavailable(`Cannot ${what}: the log holds ${parts.topics.join(", ")}`);
  }
  let lacking: ClusterView | undefined;
  return await patiently(parts, () => {
    const { view } = parts.cluster.state;
    const topic = view?.topics.get(of.topic);
    if (topic && !topic.partitions.has(of.partition)) {
      // It may be a new one: the next view tells.
      if (lacking && lacking !== view) {
        throw new LogUnavailable(`Cannot ${what}: the topic has ${topic.partitions.size} partitions`);
      }
      lacking = view;
      parts.cluster.refresh();
      return Promise.resolve(undefined);
    }
    return Promise.resolve(topic);
  }, { what, signal });
}

function whatFor({ topic, partition }: TopicPartition): string {
  return `ask for the offsets of ${topic} ${partition}`;
}

/** An observable of what an asynchronous task says; the task's signal aborts when nobody listens, or the log closes. */
function observe<T>(
  { closing, background }: ReadParts,
  task: (to: { next(value: T): void; signal: AbortSignal }) => Promise<void>,
): Observable<T> {
  return new Observable((subscriber) => {
    const ending = new AbortController();
    const { signal } = ending;
    const end = () => ending.abort();
    closing.addEventListener("abort", end);
    if (closing.aborted) end();
    const closed = () => new LogUnavailable("Cannot read the log: it is closed");
    const next = (value: T) => subscriber.next(value);
    background.run(
      task({ next, signal }).then(
        () => signal.aborted ? subscriber.error(closed()) : subscriber.complete(),
        (error) => subscriber.error(error),
      ),
    );
    return () => {
      closing.removeEventListener("abort", end);
      end();
    };
  });
}
