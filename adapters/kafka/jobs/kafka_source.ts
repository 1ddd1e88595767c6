/** Reads topics as a member of a consumer group. */
import type { Observable } from "rxjs";
import type { StoredRecord } from "../../../domain/log_record.ts";
import type { Delivery } from "../../../streams/delivery.ts";
import { IN_FLIGHT, type InFlight } from "../../jobs/hand_out.ts";
import { asMember, type KafkaGroup } from "./as_member.ts";
import type { KafkaJobConnection } from "./job_connection.ts";
import { readGeneration } from "./read_generation.ts";

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
 * ```ts ignore
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
  return asMember(options, { topics: options.topics }, (member) => (generation) =>
    readGeneration(generation, {
      ...member,
      from: options.from ?? "earliest",
      inFlight: { ...IN_FLIGHT, ...options.inFlight },
      commitMs: options.commitMs ?? 1_000,
      drainMs: options.drainMs ?? 5_000,
    }));
}
