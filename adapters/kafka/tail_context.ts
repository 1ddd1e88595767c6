/** What the parts of one tail share. */
import type { Kafka } from "kafkajs";
import type { TopicPartition } from "../../domain/log_record.ts";
import type { Random } from "../../domain/ports/clock.ts";
import type { TailRequest } from "../../domain/ports/log.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Background } from "./background.ts";
import type { Cluster } from "./cluster.ts";
import type { KafkaDeadlines, KafkaLimits } from "./options.ts";
import type { Piece, TailPartition } from "./tail_partition.ts";
import type { Inflate } from "./wire/record_batches.ts";

/** What reading needs of its surroundings. */
export interface ReadingParts {
  readonly kafka: Kafka;
  readonly cluster: Cluster;
  readonly deadlines: KafkaDeadlines;
  readonly limits: KafkaLimits;
  readonly telemetry: Telemetry;
  readonly random: Random;
  readonly inflate: Inflate;
  readonly background: Background;
}

/** A topic that the tail follows. */
export interface TailTopic {
  readonly name: string;
  /** The partitions that are known, by number. */
  readonly partitions: Map<number, TailPartition>;
  /** The id of the life of the topic that is being followed; absent before the first look, or where brokers say none. */
  id: string | undefined;
  /** Whether a leader said that this life is over. */
  refused: boolean;
  /** Whether leaders are asked by id, so that they can say it. */
  byId: boolean;
  /** Has the topic looked at: its partitions are to be placed. */
  look(): void;
}

/** What a tail of some partitions follows: each begins where `start` says, whenever it appears. */
export interface PartTailRequest extends TailRequest {
  /** Whether a partition is followed; all are without it. */
  readonly only?: (partition: TopicPartition) => boolean;
}

/** One tail at work. */
export interface TailContext extends ReadingParts {
  readonly request: PartTailRequest;
  readonly topics: ReadonlyMap<string, TailTopic>;
  /** Aborts when the tail ends. */
  readonly signal: AbortSignal;
  /** Hands a piece of the partition on, and moves its position. */
  emit(at: TailPartition, piece: Piece): void;
  /** Has partitions fetched that can be fetched now. */
  wake(): void;
  /** Ends the tail with an error: only for one that its caller made. */
  fail(error: unknown): void;
}
