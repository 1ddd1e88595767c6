/** Exactly-once jobs between topics of one cluster. */
import type { Observable, OperatorFunction } from "rxjs";
import type { StoredRecord } from "../../../domain/log_record.ts";
import { type OutRecord, placeRecords } from "../../../domain/out_record.ts";
import type { Appended, SinkRules } from "../../jobs/append_deliveries.ts";
import type { InFlight } from "../../jobs/hand_out.ts";
import { coordinator } from "../group/coordinator.ts";
import { transactionalProducer } from "../transactions/transactional_producer.ts";
import { asMember, type KafkaGroup } from "./as_member.ts";
import type { KafkaJobConnection } from "./job_connection.ts";
import { transactGeneration } from "./transact_generation.ts";

/** What is read, what is written, and how. */
export interface KafkaTransactionsOptions extends KafkaJobConnection, KafkaGroup, SinkRules {
  /** The topics that records may go to. They must exist. */
  readonly to: readonly string[];
  /**
   * What the transactional id begins with, as access rights name it; each instance adds an end of its own. Default: the name of the
   * group.
   */
  readonly transactionalId?: string;
  /**
   * How long a transaction may be open before its coordinator aborts it, in milliseconds: so long a process that died in one holds its
   * partitions, and those who read what it wrote, back. Default 10,000.
   */
  readonly transactionMs?: number;
  /** How much of what is read goes in one transaction at the most. Default 5,000 records, 4 MiB. */
  readonly batch?: Partial<InFlight>;
}

/** Larger than what is in flight to a sink: a transaction takes some round trips, however much is in it. */
const BATCH: InFlight = { records: 5_000, bytes: 4 * 1024 * 1024 };

/**
 * Reads topics as a member of a consumer group, and writes what `operator` makes of the records, and how far the group is, in one
 * transaction: exactly once, for those who read with `isolation.level=read_committed`, whatever dies when. Emits where each record
 * is, once it is known to be committed: a transaction whose answer was lost is not told of.
 *
 * `operator` is applied to the records of each transaction anew, which are those of several partitions, each in its order: the
 * transaction is written when it completes. It may run again on the same records, where a transaction failed or partitions moved: what
 * it does to the world besides is at least once. It keeps nothing from one transaction to the next.
 *
 * A member that was away for too long, and writes all the same, is refused by its generation: nothing of it is seen. Brokers
 * that are away are waited for. Errors as {@linkcode kafkaSource} and {@linkcode kafkaSink} do, with `KafkaTransactionError` where
 * transactions are not allowed, and with what `operator` errors with. `signal` ends it after the transaction that is being written.
 *
 * Needs Kafka 2.5 or newer; READ on `topics` and the group, WRITE on `to` and on transactional ids that begin with
 * `transactionalId`; the permission `net` for every broker.
 *
 * @example
 * ```ts ignore
 * import { kafkaTransactions } from "@tidegate/tidegate/kafka";
 * import { map } from "rxjs";
 *
 * const billed$ = kafkaTransactions(
 *   { brokers: ["127.0.0.1:9092"], group: "billing", topics: ["orders"], to: ["invoices"] },
 *   map(({ key, value }) => ({ topic: "invoices", key, value })),
 * );
 * ```
 */
export function kafkaTransactions(
  options: KafkaTransactionsOptions,
  operator: OperatorFunction<StoredRecord, OutRecord>,
): Observable<Appended> {
  const { topics, to, group } = options;
  const place = placeRecords(options.partitioner ?? "murmur2");
  return asMember(options, { topics: [...new Set([...topics, ...to])], reads: topics }, (member) => {
    const { cluster, deadlines, random, closing } = member.reading.parts;
    const transactionalId = `${options.transactionalId ?? group}-${random.uuid()}`;
    const producer = transactionalProducer({
      cluster,
      deadlines,
      random,
      transactionalId,
      transactionMs: options.transactionMs ?? 10_000,
      transactions: coordinator(member.coordinatorParts, { kind: "transaction", name: transactionalId }),
      group: member.coordinator,
      signal: closing,
    });
    return (generation) =>
      transactGeneration(generation, {
        ...member,
        producer,
        operator,
        place,
        batch: { ...BATCH, ...options.batch },
        from: options.from ?? "earliest",
        partitionsOf: (topic) =>
          to.includes(topic) ? cluster.state.view?.topics.get(topic)?.partitions.size : undefined,
        ...(options.refused ? { refused: options.refused } : {}),
      });
  });
}
