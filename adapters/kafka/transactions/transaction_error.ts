/** Why a transaction did not commit. */
import { KAFKA_ERRORS, kafkaErrorName } from "../wire/errors.ts";

/** A transaction failed, or it is not known whether it did: where the group is says which. */
export class TransactionFailed extends Error {
  /** Tells it from other errors. */
  override readonly name = "TransactionFailed";
}

/** Transactions are not possible as they are configured, or not for this user. */
export class KafkaTransactionError extends Error {
  /** Tells it from other errors. */
  override readonly name = "KafkaTransactionError";
}

const WAYS_OUT: Readonly<Record<number, string>> = {
  [KAFKA_ERRORS.TOPIC_AUTHORIZATION_FAILED]: "not allowed to write to a topic; grant WRITE on it",
  [KAFKA_ERRORS.GROUP_AUTHORIZATION_FAILED]: "not allowed; grant READ on the group",
  [KAFKA_ERRORS.TRANSACTIONAL_ID_AUTHORIZATION_FAILED]:
    "not allowed; grant WRITE on the transactional ids that begin with it",
  [KAFKA_ERRORS.INVALID_TRANSACTION_TIMEOUT]: "transactionMs is over the brokers' transaction.max.timeout.ms",
};

/**
 * Throws where an answer is an error.
 *
 * @throws {KafkaTransactionError} where waiting does not mend it
 * @throws {TransactionFailed} otherwise
 */
export function throwWhereFailed(what: string, error: number): void {
  if (error === KAFKA_ERRORS.NONE) return;
  throwWhereForGood(what, error);
  throw new TransactionFailed(`Cannot ${what}: ${kafkaErrorName(error)}`);
}

/** Throws {@linkcode KafkaTransactionError} where waiting does not mend an error. */
export function throwWhereForGood(what: string, error: number): void {
  const wayOut = WAYS_OUT[error];
  if (wayOut) throw new KafkaTransactionError(`Cannot ${what}: ${kafkaErrorName(error)}: ${wayOut}`);
}
