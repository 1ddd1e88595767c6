/**
 * A log that is kept by Apache Kafka 2.3 or newer.
 *
 * @module
 */
export { type KafkaLog, openKafkaLog } from "./open.ts";
export type {
  KafkaConnection,
  KafkaDeadlines,
  KafkaLimits,
  KafkaLogOptions,
  KafkaSasl,
  KafkaTls,
  TopicCreation,
} from "./options.ts";
export { KAFKA_DEADLINES, KAFKA_LIMITS } from "./options.ts";
export { KafkaStartError } from "./start_error.ts";
