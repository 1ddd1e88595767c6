/** An observable that is a member of a consumer group while it is subscribed to. */
import type { Observable } from "rxjs";
import { type Run, stoppable } from "../../jobs/stoppable.ts";
import { type Coordinator, coordinator, type CoordinatorParts } from "../group/coordinator.ts";
import { type Generation, runMember } from "../group/member.ts";
import { type KafkaReading, openReading } from "../reading.ts";
import { aborted } from "../wait.ts";
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

/** What the work of a member goes by. */
export interface Member<T> extends Run<T> {
  readonly reading: KafkaReading;
  /** The coordinator of the group. */
  readonly coordinator: Coordinator;
  readonly coordinatorParts: CoordinatorParts;
}

/**
 * Joins the group when it is subscribed to, and leaves it when `signal` aborts and the work has ended, then completes. Errors as
 * the work does, and with `KafkaStartError` and `KafkaGroupError`. Unsubscribing leaves, too, in the background.
 *
 * @param log the topics to know of, and those among them to read; default all
 * @param work begins each generation
 */
export function asMember<T>(
  options: KafkaJobConnection & KafkaGroup,
  log: { readonly topics: readonly string[]; readonly reads?: readonly string[] },
  work: (member: Member<T>) => (generation: Generation) => Promise<void>,
): Observable<T> {
  const { group, topics, signal } = options;
  return stoppable(signal, async ({ stop, cut, next }) => {
    const reading = openReading(jobLog(options, { topics: log.topics }), { reads: log.reads ?? log.topics });
    // Connections end with the log's: its coordinator's too, after the last commit.
    const { closing, kafka, cluster, deadlines, telemetry, random } = reading.parts;
    const coordinatorParts = { kafka, cluster, deadlines, random, signal: closing };
    const keeper = coordinator(coordinatorParts, { kind: "group", name: group });
    try {
      await Promise.race([reading.startup, aborted(stop)]);
      if (stop.aborted) return;
      await runMember({
        coordinator: keeper,
        cluster,
        group,
        topics,
        sessionMs: options.sessionMs ?? 10_000,
        rebalanceMs: options.rebalanceMs ?? 30_000,
        telemetry,
        random,
        stop,
        work: work({ reading, coordinator: keeper, coordinatorParts, stop, cut, next }),
      });
    } finally {
      await reading.close();
    }
  });
}
