/**
 * Writes records, and how far a group is, in one transaction.
 *
 * Nothing is sent twice: what fails, or is not answered, ends the transaction, and `begin` resolves it, whatever became of it.
 * docs/decisions/0009-transactions-name-the-generation.md says why that is exactly once.
 */
import type { LogRecord, TopicPartition } from "../../../domain/log_record.ts";
import type { Random } from "../../../domain/ports/clock.ts";
import { nameOf, type Position } from "../../jobs/position.ts";
import type { Cluster } from "../cluster.ts";
import type { Coordinator } from "../group/coordinator.ts";
import type { KafkaDeadlines } from "../options.ts";
import { ProducerIdentity } from "../producer_identity.ts";
import { jitter, wait } from "../wait.ts";
import type { Api, Call } from "../wire/call.ts";
import { KAFKA_ERRORS } from "../wire/errors.ts";
import type { GroupMember } from "../wire/heartbeat.ts";
import { INIT_PRODUCER_ID, initProducerId } from "../wire/init_producer_id.ts";
import {
  ADD_OFFSETS,
  ADD_PARTITIONS,
  addOffsets,
  addPartitions,
  END_TRANSACTION,
  endTransaction,
  TXN_OFFSET_COMMIT,
  txnOffsetCommit,
} from "../wire/transactions.ts";
import { sendAll, type Sent } from "./send_all.ts";
import { throwWhereFailed, TransactionFailed } from "./transaction_error.ts";

/** What it is made of. */
export interface ProducerParts {
  readonly cluster: Pick<Cluster, "state" | "link" | "refresh">;
  readonly deadlines: Pick<KafkaDeadlines, "requestMs">;
  readonly random: Random;
  readonly transactionalId: string;
  /** A transaction that is open for so long is aborted by its coordinator, in milliseconds. */
  readonly transactionMs: number;
  /** The coordinator of its transactions. */
  readonly transactions: Coordinator;
  /** The coordinator of the group. */
  readonly group: Coordinator;
  readonly signal: AbortSignal;
}

/** What is to be in a transaction. */
export interface TransactionContent {
  readonly records: readonly LogRecord[];
  /** Whether each record goes as a batch of its own: so that one that is refused can be told from the others. */
  readonly singly: boolean;
  /** The member on whose behalf the offsets are committed: where it is not of the group's generation, nothing is. */
  readonly of: GroupMember;
  readonly offsets: readonly Position[];
}

/** A producer of one transaction at a time. */
export interface TransactionalProducer {
  /**
   * Resolves the transaction that may be open, and fences whoever has the same transactional id. To be called first, and after
   * each failure.
   *
   * @throws {TransactionFailed | LinkError} where it may work later
   * @throws {KafkaTransactionError} where waiting does not mend it
   */
  begin(): Promise<void>;
  /** Whether a transaction can be written: it was begun, and nothing failed or was refused since. */
  readonly ready: boolean;
  /** Writes one transaction: all of it is committed, or it is refused, and then no part of it ever is. Throws as `begin` does. */
  write(content: TransactionContent): Promise<Sent>;
}

/** The transaction before is being ended: in a moment. */
const BUSY_TRIES = 200;
const BUSY_MS = { baseMs: 5, capMs: 50 };

/** Makes one. */
export function transactionalProducer(parts: ProducerParts): TransactionalProducer {
  const { transactionalId, transactions, group, random, signal } = parts;
  let identity: ProducerIdentity | undefined;

  /** Asks the transactions' coordinator, again while it is busy with the transaction before. */
  const ask = async <T extends { readonly error: number }>(
    what: string,
    api: Api,
    make: (version: number) => Call<T>,
  ) => {
    for (let tries = 0;; tries++) {
      const answer = await transactions.ask(api, make);
      if (answer.error !== KAFKA_ERRORS.CONCURRENT_TRANSACTIONS || tries === BUSY_TRIES || signal.aborted) {
        throwWhereFailed(`${what} as "${transactionalId}"`, answer.error);
        return answer;
      }
      await wait(jitter(tries, { ...BUSY_MS, fraction: random.fraction }), signal);
    }
  };

  const owner = () => {
    if (!identity) throw new TransactionFailed(`Cannot write as "${transactionalId}": it was not begun`);
    return { transactionalId, id: identity.id, epoch: identity.epoch };
  };

  const end = () => ask("commit", END_TRANSACTION, (version) => endTransaction(version, owner(), { commit: true }));

  return {
    async begin() {
      identity = undefined;
      const of = { transactionalId, timeoutMs: parts.transactionMs };
      const { id, epoch } = await ask("begin", INIT_PRODUCER_ID, (version) => initProducerId(version, of));
      identity = new ProducerIdentity(id, epoch);
    },
    get ready() {
      return identity !== undefined;
    },
    async write(content) {
      try {
        return await write(content);
      } catch (error) {
        identity = undefined;
        throw error;
      }
    },
  };

  async function write({ records, singly, of, offsets }: TransactionContent): Promise<Sent> {
    const places = placesOf(records);
    if (places.length > 0) {
      await ask("add partitions", ADD_PARTITIONS, (version) => addPartitions(version, owner(), places));
    }
    await ask("add offsets", ADD_OFFSETS, (version) => addOffsets(version, owner(), of.group));
    const commitOffsets = async () => {
      const { error } = await group.ask(
        TXN_OFFSET_COMMIT,
        (version) => txnOffsetCommit(version, owner(), { of, offsets }),
      );
      throwWhereFailed(`commit offsets of group "${of.group}"`, error);
    };
    const [sending, committing] = await Promise.allSettled([
      sendAll(parts, { records, singly, producer: identity!, transactionalId }),
      commitOffsets(),
    ]);
    if (sending.status === "rejected") throw sending.reason;
    if (committing.status === "rejected") throw committing.reason;
    if (sending.value.kind === "appended") await end();
    // Of what was refused the numbers are missing; and numbers do not last for ever.
    if (sending.value.kind === "refused" || identity!.retired) identity = undefined;
    return sending.value;
  }
}

function placesOf(records: readonly LogRecord[]): TopicPartition[] {
  return [
    ...new Map(records.map(({ topic, partition }) => [nameOf({ topic, partition }), { topic, partition }])).values(),
  ];
}
