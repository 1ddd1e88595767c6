/** The reading side of a Kafka log. */
import type { Observable } from "rxjs";
import { background } from "./background.ts";
import { kafkaClient } from "./client.ts";
import { followCluster } from "./cluster.ts";
import { inflate } from "./compression.ts";
import { gate } from "./gate.ts";
import { linkPool } from "./link_pool.ts";
import { KAFKA_DEADLINES, KAFKA_LIMITS, type KafkaDeadlines, type KafkaLogOptions } from "./options.ts";
import { askRanges } from "./ranges.ts";
import { range, read, type ReadParts } from "./read.ts";
import { partitionScans } from "./scans.ts";
import { sharedRanges } from "./shared_ranges.ts";
import { start } from "./startup.ts";
import { keepState } from "./state.ts";
import { tail } from "./tail.ts";
import type { PartTailRequest } from "./tail_context.ts";
import type { Batch, Log, LogState } from "../../domain/ports/log.ts";

/** Everything of a log but its appends. */
export interface KafkaReading extends Pick<Log, "read" | "range"> {
  /** The tail of `Log`; of some partitions, too. */
  tail(request: PartTailRequest): Observable<Batch>;
  /** Emits at once, then every change; completes when it is closed. */
  readonly state: Observable<LogState>;
  /** What the appending side, and members of groups, go by. */
  readonly parts: Pick<ReadParts, "kafka" | "cluster" | "deadlines" | "telemetry" | "random" | "closing">;
  /** Resolves when the log is available for the first time; rejects with `KafkaStartError`, or when it is closed. */
  readonly startup: Promise<void>;
  /** Ends everything. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts to read a Kafka log: returns at once, whether Kafka is there or not.
 *
 * @param reads the topics of which it is a mistake that they may not be read; default all
 * @throws {TypeError} where a broker's address is none
 */
export function openReading(
  options: KafkaLogOptions,
  { reads = options.topics }: { readonly reads?: readonly string[] } = {},
): KafkaReading {
  const { telemetry, random, topics } = options;
  const deadlines: KafkaDeadlines = { ...KAFKA_DEADLINES, ...options.deadlines };
  const limits = { ...KAFKA_LIMITS, ...options.limits };
  const closing = new AbortController();
  const signal = closing.signal;
  const tasks = background();

  const kafka = kafkaClient(options, { deadlines, telemetry });
  const pool = linkPool(kafka, { deadlineMs: deadlines.connectMs, signal });
  const compacted = options.compacted ?? [];
  const cluster = followCluster({
    pool,
    seeds: options.brokers,
    topics,
    deadlines,
    telemetry,
    random,
    background: tasks,
    signal,
  });
  const keeper = keepState(cluster, { deadlines, compacted, telemetry, background: tasks, signal });
  const startup = start({
    cluster,
    keeper,
    topics,
    createTopics: options.createTopics ?? false,
    compacted,
    deadlines,
    reads,
    signal,
  });
  // Whoever opened the log may not want to know.
  startup.catch(() => {});

  const shared = { kafka, cluster, deadlines, limits, telemetry, random, inflate, background: tasks };
  const places = gate(limits.concurrentReads);
  const scans = partitionScans(shared, { gate: places, signal });
  const ranges = sharedRanges(({ topic, partition }) =>
    places.run(() => askRanges(cluster, topic, { partitions: [partition], deadlineMs: deadlines.requestMs }))
  );
  const parts: ReadParts = { ...shared, topics, closing: signal, ranges, scans };
  return {
    state: keeper.states,
    parts,
    startup,
    tail: (request) => tail(parts, request, { topics, closing: signal }),
    read: (partition, wanted) => read(parts, partition, wanted),
    range: (partition) => range(parts, partition),
    async close() {
      closing.abort();
      await tasks.ended();
    },
  };
}
