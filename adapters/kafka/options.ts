/** How a Kafka log is reached, and what it holds. */
import type { ISocketFactory } from "kafkajs";
import type { Random } from "../../domain/ports/clock.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";

/** Certificates for a TLS connection, each as PEM text. */
export interface KafkaTls {
  /** The certificates to trust instead of Deno's. */
  readonly ca?: string | readonly string[];
  /** The client's own certificate, where brokers ask for one. */
  readonly cert?: string;
  /** The private key of `cert`. */
  readonly key?: string;
  /** Whether a broker whose certificate cannot be verified is refused. Default true. */
  readonly rejectUnauthorized?: boolean;
}

/** Who the gateway is to the brokers. */
export interface KafkaSasl {
  /** What the brokers ask for. */
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  /** The user, as the brokers know it. */
  readonly username: string;
  /** The user's password; it is in no log line. */
  readonly password: string;
}

/** How brokers are reached: the part that every client shares. */
export interface KafkaConnection {
  /** The brokers to ask first, each `host:port`; at least one. */
  readonly brokers: readonly string[];
  /** The name that brokers' logs and quotas show. */
  readonly clientId: string;
  /** `true` trusts Deno's certificates. Default: no TLS. */
  readonly ssl?: boolean | KafkaTls;
  /** How the gateway says who it is; absent: it does not. */
  readonly sasl?: KafkaSasl;
  /** Makes every socket, where a test stands between the gateway and its brokers. */
  readonly socketFactory?: ISocketFactory;
}

/** How a topic is made that does not exist yet. */
export interface TopicCreation {
  /** 1 or more. */
  readonly partitions: number;
  /** 1 or more, at most the number of brokers. */
  readonly replicationFactor: number;
  /** Kafka's topic configuration by name, such as `{ "retention.ms": "86400000" }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** How long things may take, in milliseconds. */
export interface KafkaDeadlines {
  /** Every outcome of an append comes within it. Default 10,000. */
  readonly appendMs: number;
  /** A read or a range that makes no progress for so long errors with `LogUnavailable`. Default 10,000. */
  readonly readMs: number;
  /** One connection attempt to one broker. Default 2,000. */
  readonly connectMs: number;
  /** One request to one broker. Default 3,000. */
  readonly requestMs: number;
  /** How often the log's state is looked at. Default 2,000. */
  readonly stateMs: number;
  /** How often partition counts and durability are refreshed. Default 15,000. */
  readonly topicsMs: number;
}

/** The bounds of what the reading side keeps in memory. */
export interface KafkaLimits {
  /** How many batches of a partition may be open (not `done()`) before it is no longer read. Default 4. */
  readonly openBatches: number;
  /** How many bounded reads talk to brokers at once; others wait. Default 8. */
  readonly concurrentReads: number;
  /** How many bytes of a partition one fetch asks for, before inflation. Default 512 KiB. */
  readonly fetchBytes: number;
  /** About how many bytes of what bounded reads had lately are kept for others, over all partitions. Default 16 MiB. */
  readonly blockBytes: number;
}

/** What {@linkcode KafkaConnection} and the log's topics make together. */
export interface KafkaLogOptions extends KafkaConnection {
  /** The topics that the log holds. */
  readonly topics: readonly string[];
  /** How missing topics are made; `false`, the default, makes none: a missing topic is then a fatal mistake. */
  readonly createTopics?: false | TopicCreation;
  /** Those of `topics` that keep the last record of each key: they are made with one partition and `cleanup.policy=compact`. */
  readonly compacted?: readonly string[];
  /** What differs from {@linkcode KAFKA_DEADLINES}. */
  readonly deadlines?: Partial<KafkaDeadlines>;
  /** What differs from {@linkcode KAFKA_LIMITS}. */
  readonly limits?: Partial<KafkaLimits>;
  /** Where counters and log lines go. */
  readonly telemetry: Telemetry;
  /** Spreads the waits before new tries. */
  readonly random: Random;
  /** Gives up opening, as `close()` does. */
  readonly signal?: AbortSignal;
}

/** The defaults of {@linkcode KafkaDeadlines}. */
export const KAFKA_DEADLINES: KafkaDeadlines = {
  appendMs: 10_000,
  readMs: 10_000,
  connectMs: 2_000,
  requestMs: 3_000,
  stateMs: 2_000,
  topicsMs: 15_000,
};

/** The defaults of {@linkcode KafkaLimits}. */
export const KAFKA_LIMITS: KafkaLimits = {
  openBatches: 4,
  concurrentReads: 8,
  fetchBytes: 512 * 1024,
  blockBytes: 16 * 1024 * 1024,
};
