/** Reads topics as a member of a consumer group. */
import { Observable } from "rxjs";
import type { StoredRecord } from "../../../domain/log_record.ts";
import type { Delivery } from "../../../streams/delivery.ts";
import { IN_FLIGHT, type InFlight } from "../../jobs/hand_out.ts";
import { coordinator } from "../group/coordinator.ts";
import { runMember } from "../group/member.ts";
import { openReading } from "../reading.ts";
import { readGeneration } from "./read_generation.ts";
import { jobLog, type KafkaJobConnection } from "./job_connection.ts";

/** How a group is a group. */
export interface KafkaGroup {
  /** The name of the consumer group: its members share the partitions, and its offsets are kept by Kafka. */
  readonly group: string;
  /** The topics to read; the same for all members. */
  readonly topics: readonly string[];
  /** Where to begin in a partition of which the group has no offset. Default `earliest`. */
  readonly from?: "earliest" | "latest";
  /** A member that is silent for so long loses its partitions to others, in milliseconds. Default 10,000. */
  readonly sessionMs?: number;
  /** How long the group waits for a member to give its partitions back, in milliseconds. Default 30,000. */
  readonly rebalanceMs?: number;
  /** Aborts to drain: nothing more is handed out, and the source completes when all that was is done, and committed. */
  readonly signal?: AbortSignal;
}

/** How a group of topics is read. */
export interface KafkaSourceOptions extends KafkaJobConnection, KafkaGroup {
  /** How much may be handed out and not `done()`. */
  readonly inFlight?: Partial<InFlight>;
  /** How often offsets are committed, in milliseconds. Default 1,000. */
  readonly commitMs?: number;
  /** When partitions go to another member: how long what was handed out may take to be done, in milliseconds. Default 5,000. */
  readonly drainMs?: number;
}

/**
 * The records of topics, each to be `done()` once all that became of it was written. At least once: the group's offset in a
 * partition is that of the first record that is not done, so that a process that dies in whatever way loses nothing, and reads
 * again what was not committed, at most what was in flight and what was done in the last `commitMs`.
 *
 * Records of one partition come in its order; partitions take turns. At most `inFlight` are handed out and not done.
 * Brokers that are away are waited for, which `telemetry` is told. A record that comes again after a rebalance is another
 * delivery: `done()` of the one before does nothing. Values and headers must not be changed.
 *
 * Errors with `KafkaStartError` or `KafkaGroupError` on what waiting does not mend: a topic that does not exist, an access right
 * that is missing, a password that is refused. Unsubscribing commits what is done, leaves the group and closes connections, in
 * the background. Needs READ on the topics and on the group, and the permission `net` for every broker.
 *
 * @example
 * ```ts no-assert
 * import { kafkaSource } from "@tidegate/tidegate/kafka";
 * import { tap } from "rxjs";
 *
 * const seen$ = kafkaSource({ brokers: ["127.0.0.1:9092"], group: "audit", topics: ["chat"] }).pipe(
 *   tap(({ value, done }) => {
 *     console.log(value.key, value.offset);
 *     done();
 *   }),
 * );
 * ```
 */
export function kafkaSource(options: KafkaSourceOptions): Observable<Delivery<StoredRecord>> {
  return new Observable((subscriber) => {
    const { group, topics, signal } = options;
    // Drains on the first, ends on the second.
    const stop = new AbortController();
    const cut = new AbortController();
    const drain = () => stop.abort();
    const reading = openReading(jobLog(options, { topics }));
    const { parts } = reading;

    const run = async () => {
      // Connections end with the log's; its coordinator's too, after the last commit.
      const { closing, kafka, cluster, deadlines, telemetry, random } = parts;
      const keeper = coordinator({ kafka, cluster, deadlines, random, signal: closing }, {
        kind: "group",
        name: group,
      });
      try {
        await Promise.race([reading.startup, aborted(stop.signal)]);
        if (stop.signal.aborted) return;
        await runMember({
          coordinator: keeper,
          cluster,
          group,
          topics,
          sessionMs: options.sessionMs ?? 10_000,
          rebalanceMs: options.rebalanceMs ?? 30_000,
          telemetry,
          random,
          stop: stop.signal,
          work: (generation) =>
            readGeneration(generation, {
              reading,
              coordinator: keeper,
              from: options.from ?? "earliest",
              inFlight: { ...IN_FLIGHT, ...options.inFlight },
              commitMs: options.commitMs ?? 1_000,
              drainMs: options.drainMs ?? 5_000,
              stop: stop.signal,
              cut: cut.signal,
              next: (delivery) => subscriber.next(delivery),
            }),
        });
      } finally {
        await reading.close();
      }
    };

    signal?.addEventListener("abort", drain);
    if (signal?.aborted) drain();
    run().then(() => subscriber.complete(), (error) => subscriber.error(error));
    return () => {
      signal?.removeEventListener("abort", drain);
      cut.abort();
      stop.abort();
    };
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
