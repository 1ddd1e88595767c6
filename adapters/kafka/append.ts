/** Appends records to Kafka. */
import { BehaviorSubject, distinctUntilChanged, Observable } from "rxjs";
import type { Kafka } from "kafkajs";
import type { LogRecord } from "../../domain/log_record.ts";
import type { Random } from "../../domain/ports/clock.ts";
import type { Outcome, RejectReason } from "../../domain/ports/log.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import { AppendCall, type Entry } from "./append_call.ts";
import { appendClock } from "./append_clock.ts";
import { appendRouter } from "./append_router.ts";
import type { Cluster } from "./cluster.ts";
import type { KafkaDeadlines } from "./options.ts";
import type { PartitionQueue } from "./partition_queue.ts";
import { encodeTail } from "./wire/record_tail.ts";
import { BATCH_OVERHEAD, RECORD_OVERHEAD } from "./wire/write_batch.ts";

/** The bounds of what the appending side sends and keeps in memory. */
export interface KafkaAppendLimits {
  /** A batch of one partition, and so a record, is at most this many bytes; a record over it is `too_large`. Default 1 MiB. */
  readonly batchBytes: number;
  /** A request is at most this many bytes, unless one batch is larger. Default 1 MiB. */
  readonly requestBytes: number;
  /** A request has at most this many records. Default 10,000. */
  readonly requestRecords: number;
  /** All records without an outcome are at most this many bytes; more are refused at once. Default 64 MiB. */
  readonly queueBytes: number;
}

/** The defaults of {@linkcode KafkaAppendLimits}. */
export const KAFKA_APPEND_LIMITS: KafkaAppendLimits = {
  batchBytes: 1024 * 1024,
  requestBytes: 1024 * 1024,
  requestRecords: 10_000,
  queueBytes: 64 * 1024 * 1024,
};

/** What the appending side is made of. */
export interface KafkaAppendOptions {
  readonly kafka: Kafka;
  /** Names the leaders. Only the topics that it follows can be appended to. */
  readonly cluster: Pick<Cluster, "states" | "state" | "refresh">;
  readonly deadlines: Pick<KafkaDeadlines, "appendMs" | "connectMs" | "requestMs">;
  readonly limits?: Partial<KafkaAppendLimits>;
  readonly telemetry: Telemetry;
  readonly random: Random;
}

/** The appending side of a Kafka log. */
export interface KafkaAppend {
  /**
   * Appends records as `Log.append` says. Acknowledged by all in-sync replicas; a batch that is sent again after a lost answer
   * is told apart by the broker, so that it is in the log once.
   */
  append(records: readonly LogRecord[]): Observable<Outcome>;
  /** What stands in the way of appending, in words for an operator; `undefined` while nothing does. Emits at once. */
  readonly trouble: Observable<string | undefined>;
  /**
   * Refuses new records, waits for what is on its way for at most one request's deadline, gives the rest its outcome, and frees
   * everything. Safe to call twice.
   */
  close(): Promise<void>;
}

/** Makes the appending side; it connects to nothing before the first record. */
export function kafkaAppend(options: KafkaAppendOptions): KafkaAppend {
  const { cluster, deadlines, telemetry } = options;
  const limits = { ...KAFKA_APPEND_LIMITS, ...options.limits };
  const closing = new AbortController();
  const troubles = new Map<object, string>();
  const trouble = new BehaviorSubject<string | undefined>(undefined);
  let queuedBytes = 0;
  let closed: Promise<void> | undefined;

  const setTrouble = (of: object, reason: string | undefined) => {
    if (reason === undefined ? !troubles.delete(of) : troubles.get(of) === reason) return;
    if (reason !== undefined) {
      troubles.set(of, reason);
      telemetry.note("warn", "Cannot append to Kafka", { reason });
    }
    trouble.next(troubles.values().next().value);
  };
  const router = appendRouter({
    kafka: options.kafka,
    cluster,
    deadlines,
    request: { bytes: limits.requestBytes, records: limits.requestRecords },
    maxBytes: limits.batchBytes,
    random: options.random,
    signal: closing.signal,
    freed: (bytes) => queuedBytes -= bytes,
    trouble: setTrouble,
  });
  const clock = appendClock((queue) => router.giveUp(queue, `no answer within ${deadlines.appendMs} ms`));

  /** Why a record is refused before it is queued. */
  const refusal = (tail: Uint8Array, queue: PartitionQueue): { reason: RejectReason; why: string } | undefined => {
    if (closed) return { reason: "unavailable", why: "the log is closed" };
    const bytes = tail.length + RECORD_OVERHEAD + BATCH_OVERHEAD;
    if (bytes > limits.batchBytes) {
      return { reason: "too_large", why: `it has ${bytes} bytes, expected at most ${limits.batchBytes}` };
    }
    const away = router.away(queue);
    if (away !== undefined) return { reason: "unavailable", why: away };
    if (queuedBytes + tail.length > limits.queueBytes) {
      return { reason: "unavailable", why: `${queuedBytes} bytes wait already, expected at most ${limits.queueBytes}` };
    }
    return undefined;
  };

  const start = (call: AppendCall, records: readonly LogRecord[]) => {
    clock.watch(call);
    const queued: Entry[] = [];
    const refused: { index: number; reason: RejectReason; message: string }[] = [];
    records.forEach((record, index) => {
      const queue = router.queueOf(record);
      const tail = encodeTail(record);
      const refuse = refusal(tail, queue);
      if (refuse) {
        const message = `Cannot append record to ${record.topic}/${record.partition}: ${refuse.why}`;
        refused.push({ index, reason: refuse.reason, message });
        return;
      }
      queuedBytes += tail.length;
      const entry = { call, index, queue, tail, settled: false };
      queue.push(entry);
      queued.push(entry);
    });
    call.entries.push(...queued);
    // Outcomes may be answered with new records at once: all of these are queued by now.
    for (const { index, ...outcome } of refused) call.settle(index, { kind: "rejected", ...outcome });
    for (const queue of new Set(queued.map((entry) => entry.queue))) router.kick(queue);
  };

  const close = async () => {
    if (!clock.idle) await clock.untilIdle(deadlines.requestMs);
    router.giveUpAll("the log is closed");
    closing.abort();
    await router.ended();
    clock.stop();
    trouble.complete();
  };

  return {
    append(records) {
      return new Observable((subscriber) => {
        if (records.length === 0) return subscriber.complete();
        const expires = performance.now() + deadlines.appendMs;
        start(new AppendCall(subscriber, expires, { count: records.length, done: clock.done }), records);
      });
    },
    trouble: trouble.pipe(distinctUntilChanged()),
    close: () => closed ??= close(),
  };
}
