/** The appending side of a Kafka log, as tests use it. */
import { lastValueFrom, toArray } from "rxjs";
import type { ISocketFactory } from "kafkajs";
import { type KafkaAppend, kafkaAppend, type KafkaAppendLimits } from "../../../adapters/kafka/append.ts";
import { background } from "../../../adapters/kafka/background.ts";
import { kafkaClient } from "../../../adapters/kafka/client.ts";
import { followCluster } from "../../../adapters/kafka/cluster.ts";
import { linkPool } from "../../../adapters/kafka/link_pool.ts";
import { KAFKA_DEADLINES, type KafkaDeadlines } from "../../../adapters/kafka/options.ts";
import type { LogRecord } from "../../../domain/log_record.ts";
import type { Outcome } from "../../../domain/ports/log.ts";
import type { KafkaCluster } from "../../kafka/broker.ts";

/** What a test sets. */
export interface AppendSideOptions {
  readonly topics: readonly string[];
  readonly deadlines?: Partial<KafkaDeadlines>;
  readonly limits?: Partial<KafkaAppendLimits>;
  readonly socketFactory?: ISocketFactory;
}

/** An appending side and what it stands on, to be disposed of. */
export interface AppendSide extends AsyncDisposable {
  readonly side: KafkaAppend;
  /** The outcomes of one append, by index. */
  append(records: readonly LogRecord[]): Promise<Outcome[]>;
}

const random = { uuid: () => crypto.randomUUID(), fraction: () => Math.random() };
const telemetry = { count: () => {}, note: () => {} };

/** Makes one. */
export function appendSide(cluster: Pick<KafkaCluster, "brokers">, options: AppendSideOptions): AppendSide {
  const deadlines = { ...KAFKA_DEADLINES, ...options.deadlines };
  const { socketFactory } = options;
  const connection = { brokers: cluster.brokers, clientId: "append-test", ...(socketFactory ? { socketFactory } : {}) };
  const kafka = kafkaClient(connection, { deadlines, telemetry });
  const stop = new AbortController();
  const pool = linkPool(kafka, { deadlineMs: deadlines.connectMs, signal: stop.signal });
  const tasks = background();
  const followed = followCluster({
    pool,
    background: tasks,
    seeds: cluster.brokers,
    topics: options.topics,
    deadlines,
    telemetry,
    random,
    signal: stop.signal,
  });
  const side = kafkaAppend({
    kafka,
    cluster: followed,
    deadlines,
    telemetry,
    random,
    ...(options.limits ? { limits: options.limits } : {}),
  });
  return {
    side,
    async append(records) {
      const outcomes = await lastValueFrom(side.append(records).pipe(toArray()));
      return outcomes.sort((a, b) => a.index - b.index);
    },
    async [Symbol.asyncDispose]() {
      await side.close();
      stop.abort();
      await tasks.ended();
    },
  };
}

/** A record whose value is a text. */
export function record(topic: string, value: string, partition = 0): LogRecord {
  return { topic, partition, key: `key-${partition}`, value: new TextEncoder().encode(value), headers: {} };
}
