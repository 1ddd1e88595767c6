/** Writes what pipelines made to topics. */
import { Observable, type OperatorFunction } from "rxjs";
import type { OutRecord } from "../../../domain/out_record.ts";
import type { Delivery } from "../../../streams/delivery.ts";
import { appendDeliveries, type Appended, type SinkRules } from "../../jobs/append_deliveries.ts";
import { kafkaAppend } from "../append.ts";
import type { TopicCreation } from "../options.ts";
import { openReading } from "../reading.ts";
import { jobLog, type KafkaJobConnection } from "./job_connection.ts";

/** Where records are written, and what becomes of those that cannot be. */
export interface KafkaSinkOptions extends KafkaJobConnection, SinkRules {
  /** The topics that records may go to: what of them is wrong is known at the start, not with the first record. */
  readonly topics: readonly string[];
  /** How missing topics are made; `false`, the default, makes none: a missing topic is an error. */
  readonly createTopics?: false | TopicCreation;
}

/** For ever, as far as a timer can tell: 24 days. */
const FOR_EVER_MS = 2 ** 31 - 1;

/**
 * Appends records to Kafka, and calls a delivery's `done()` when its record is on all in-sync replicas; emits where it is, then.
 * Records of one partition are written in the order of their deliveries. Brokers that are away are tried for ever; a batch
 * whose answer was lost is sent again as itself, so that it is written once.
 *
 * A record that can never be written (too large, not allowed, no such topic) goes to `refused`; without it the sink errors with
 * `RecordRefused`. Errors with `KafkaStartError` on what waiting does not mend. Completes when the source has, and all is written. What
 * waits here is what the source has in flight. Needs WRITE (and with `createTopics` CREATE) on the topics, and `net` for every broker.
 *
 * @example
 * ```ts ignore
 * import { kafkaSink, kafkaSource } from "@tidegate/tidegate/kafka";
 * import { map } from "rxjs";
 *
 * const kafka = { brokers: ["127.0.0.1:9092"] };
 * const copy$ = kafkaSource({ ...kafka, group: "copy", topics: ["chat"] }).pipe(
 *   map(({ value, done }) => ({ value: { topic: "chat-copy", key: value.key, value: value.value }, done })),
 *   kafkaSink({ ...kafka, topics: ["chat-copy"] }),
 * );
 * ```
 */
export function kafkaSink(options: KafkaSinkOptions): OperatorFunction<Delivery<OutRecord>, Appended> {
  return (deliveries$) =>
    new Observable((subscriber) => {
      const { topics, createTopics = false } = options;
      const log = jobLog(options, { topics, createTopics });
      const deadlines = { ...log.deadlines, appendMs: FOR_EVER_MS };
      const reading = openReading({ ...log, deadlines }, { reads: [] });
      const appending = kafkaAppend({ ...reading.parts, limits: { queueBytes: Infinity } });
      let closing: Promise<void> | undefined;
      const close = () =>
        closing ??= (async () => {
          await appending.close();
          await reading.close();
        })();
      const sink = appendDeliveries(
        { append: appending.append, state: reading.state, ready: reading.startup },
        options,
      );
      const running = sink(deliveries$).subscribe({
        next: (appended) => subscriber.next(appended),
        error: (error) => void close().then(() => subscriber.error(error)),
        complete: () => void close().then(() => subscriber.complete()),
      });
      return () => {
        running.unsubscribe();
        void close();
      };
    });
}
