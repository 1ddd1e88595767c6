/**
 * A log that is kept by Apache Kafka 2.3 or newer; and sources and sinks of stream jobs.
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
export { type Appended, RecordRefused, type Refused, type SinkRules } from "../jobs/append_deliveries.ts";
export type { InFlight } from "../jobs/hand_out.ts";
export { KafkaGroupError } from "./group/group_error.ts";
export type { KafkaJobConnection } from "./jobs/job_connection.ts";
export type { Position } from "../jobs/position.ts";
export { kafkaRange, type KafkaRangeOptions, type RangeEnd } from "./jobs/kafka_range.ts";
export { kafkaSink, type KafkaSinkOptions } from "./jobs/kafka_sink.ts";
export type { KafkaGroup } from "./jobs/as_member.ts";
export { kafkaSource, type KafkaSourceOptions } from "./jobs/kafka_source.ts";
export { kafkaTransactions, type KafkaTransactionsOptions } from "./jobs/kafka_transactions.ts";
export { KafkaTransactionError } from "./transactions/transaction_error.ts";
