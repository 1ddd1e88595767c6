/** What a leader's answer means for a batch. */

/** What to do with a batch after an answer. */
export type Verdict =
  | "appended"
  /** It is certainly not in the log: the same again. */
  | "again"
  /** Its partition has another leader, or none: the same again, there. Certainly not in the log. */
  | "moved"
  /** It may be in the log: the same again. */
  | "perhaps"
  /** The broker no longer knows where its producer was: the same again, by another producer. */
  | "new_producer"
  /** Over the topic's size: in two parts, or `too_large`. */
  | "too_large"
  /** A record in it is refused: in two parts, or `invalid`. */
  | "invalid_record"
  /** Refused as a whole. */
  | "invalid"
  | "forbidden";

const VERDICTS: Readonly<Record<number, readonly [name: string, verdict: Verdict]>> = {
  0: ["NONE", "appended"],
  2: ["CORRUPT_MESSAGE", "again"],
  3: ["UNKNOWN_TOPIC_OR_PARTITION", "moved"],
  5: ["LEADER_NOT_AVAILABLE", "moved"],
  6: ["NOT_LEADER_OR_FOLLOWER", "moved"],
  7: ["REQUEST_TIMED_OUT", "perhaps"],
  8: ["BROKER_NOT_AVAILABLE", "moved"],
  9: ["REPLICA_NOT_AVAILABLE", "moved"],
  10: ["MESSAGE_TOO_LARGE", "too_large"],
  13: ["NETWORK_EXCEPTION", "perhaps"],
  17: ["INVALID_TOPIC_EXCEPTION", "invalid"],
  18: ["RECORD_LIST_TOO_LARGE", "too_large"],
  19: ["NOT_ENOUGH_REPLICAS", "again"],
  20: ["NOT_ENOUGH_REPLICAS_AFTER_APPEND", "perhaps"],
  29: ["TOPIC_AUTHORIZATION_FAILED", "forbidden"],
  31: ["CLUSTER_AUTHORIZATION_FAILED", "forbidden"],
  32: ["INVALID_TIMESTAMP", "invalid_record"],
  42: ["INVALID_REQUEST", "invalid"],
  43: ["UNSUPPORTED_FOR_MESSAGE_FORMAT", "invalid"],
  44: ["POLICY_VIOLATION", "invalid"],
  45: ["OUT_OF_ORDER_SEQUENCE_NUMBER", "new_producer"],
  46: ["DUPLICATE_SEQUENCE_NUMBER", "new_producer"],
  47: ["INVALID_PRODUCER_EPOCH", "new_producer"],
  49: ["INVALID_PRODUCER_ID_MAPPING", "new_producer"],
  56: ["KAFKA_STORAGE_ERROR", "moved"],
  59: ["UNKNOWN_PRODUCER_ID", "new_producer"],
  74: ["FENCED_LEADER_EPOCH", "moved"],
  75: ["UNKNOWN_LEADER_EPOCH", "moved"],
  87: ["INVALID_RECORD", "invalid_record"],
  89: ["THROTTLING_QUOTA_EXCEEDED", "again"],
  90: ["PRODUCER_FENCED", "new_producer"],
};

/** The verdict of an error code; of one that is not known, that the batch may be in the log. */
export function verdictOf(error: number): Verdict {
  return VERDICTS[error]?.[1] ?? "perhaps";
}

/** Kafka's name of an error code, or its number. */
export function produceErrorName(error: number): string {
  return VERDICTS[error]?.[0] ?? `error ${error}`;
}
