/** Errors of a group that waiting does not mend. */
import { KAFKA_ERRORS, kafkaErrorName } from "../wire/errors.ts";

/** A consumer group cannot be used as it is configured, or not by this user. */
export class KafkaGroupError extends Error {
  /** Tells it from other errors. */
  override readonly name = "KafkaGroupError";
}

const WAYS_OUT: Readonly<Record<number, string>> = {
  [KAFKA_ERRORS.INCONSISTENT_GROUP_PROTOCOL]:
    "other members of it share partitions out in another way than by roundrobin; stop them, or use another group",
  [KAFKA_ERRORS.INVALID_GROUP_ID]: "it is no name for a group",
  [KAFKA_ERRORS.INVALID_SESSION_TIMEOUT]:
    "sessionMs is outside of the brokers' group.min.session.timeout.ms to group.max.session.timeout.ms",
  [KAFKA_ERRORS.GROUP_AUTHORIZATION_FAILED]: "not allowed; grant READ on the group",
  [KAFKA_ERRORS.TOPIC_AUTHORIZATION_FAILED]: "not allowed to commit offsets of its topics; grant READ on them",
  [KAFKA_ERRORS.GROUP_MAX_SIZE_REACHED]: "it has as many members as the brokers' group.max.size allows",
};

/** Throws where an error code of Kafka's is one that waiting does not mend. */
export function throwWhereFatal(group: string, error: number): void {
  const wayOut = WAYS_OUT[error];
  if (wayOut) throw new KafkaGroupError(`Cannot read as group "${group}": ${kafkaErrorName(error)}: ${wayOut}`);
}
