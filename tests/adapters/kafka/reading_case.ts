/** What the tests of the reading side share. */
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { lastValueFrom, type Subscription, tap, toArray } from "rxjs";
import type { StoredRecord, TopicPartition } from "../../../domain/log_record.ts";
import type { Batch, ReadRange, TailRequest } from "../../../domain/ports/log.ts";
import type { Counter, Fields, Level, Telemetry } from "../../../domain/ports/telemetry.ts";
import type { KafkaLogOptions } from "../../../adapters/kafka/options.ts";
import { type KafkaReading, openReading } from "../../../adapters/kafka/reading.ts";
import type { KafkaCluster } from "../../kafka/broker.ts";

/** How long anything may take before a test fails, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Telemetry that remembers. */
export interface Told extends Telemetry {
  readonly notes: { level: Level; message: string; fields: Fields }[];
  counted(counter: Counter): number;
}

/** Telemetry that has heard nothing yet. */
export function told(): Told {
  const notes: Told["notes"] = [];
  const counts = new Map<Counter, number>();
  return {
    notes,
    counted: (counter) => counts.get(counter) ?? 0,
    count: (counter, amount = 1) => counts.set(counter, (counts.get(counter) ?? 0) + amount),
    note: (level, message, fields = {}) => notes.push({ level, message, fields }),
  };
}

/** Polls until a condition holds. */
export async function until(condition: () => boolean, what: string, patienceMs = PATIENCE_MS): Promise<void> {
  for (const end = performance.now() + patienceMs; !condition();) {
    if (performance.now() > end) throw new Error(`Waited ${patienceMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Repeats until it is so: brokers take a moment to know of a topic, and kafkajs to know it too. */
async function patiently(what: string, attempt: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS;;) {
    try {
      if (await attempt()) return;
    } catch (error) {
      if (!(error as { type?: string }).type || performance.now() > end) throw error;
    }
    if (performance.now() > end) throw new Error(`Waited ${PATIENCE_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The options of a log on a cluster, for tests. */
export function optionsFor(
  brokers: readonly string[],
  topics: readonly string[],
): KafkaLogOptions & { telemetry: Told } {
  return {
    brokers,
    topics,
    clientId: "tidegate-test",
    telemetry: told(),
    random: { uuid: () => crypto.randomUUID(), fraction: Math.random },
  };
}

/** Runs with a fresh topic, a kafkajs client to produce with, and the reading side of a log that has that topic. */
export async function withReading(
  cluster: KafkaCluster,
  options: { readonly partitions?: number; readonly topics?: number; readonly config?: Record<string, string> },
  run: (scenario: ReadingScenario) => Promise<void>,
): Promise<void> {
  const { partitions = 1, config = {} } = options;
  const topics = Array.from({ length: options.topics ?? 1 }, () => `t-${crypto.randomUUID()}`);
  const kafka = new Kafka({
    brokers: cluster.brokers,
    clientId: "tidegate-test",
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 30 },
  });
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, metadataMaxAge: 500 });
  const logOptions = optionsFor(cluster.brokers, topics);
  await Promise.all([admin.connect(), producer.connect()]);
  const create = async (topic: string) => {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await patiently(
      `topic ${topic} to be made`,
      () =>
        admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: partitions, configEntries }] }),
    );
  };
  await Promise.all(topics.map(create));
  const reading = openReading(logOptions);
  try {
    await reading.startup;
    await run({
      topics,
      topic: topics[0]!,
      reading,
      telemetry: logOptions.telemetry,
      kafka,
      admin,
      create,
      async produce(values, { topic = topics[0]!, partition = 0, key = null } = {}) {
        const messages = values.map((value) => ({ key, value, partition }));
        await patiently(`records to be in ${topic} ${partition}`, async () => {
          // kafkajs leaves out, and says nothing of, what goes to a partition that it does not know yet.
          const sent = await producer.send({ topic, messages });
          return sent.some((each) => each.partition === partition && each.errorCode === 0);
        });
      },
    });
  } finally {
    await reading.close();
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

/** What a test is given. */
export interface ReadingScenario {
  readonly topics: readonly string[];
  readonly topic: string;
  readonly reading: KafkaReading;
  readonly telemetry: Told;
  readonly kafka: Kafka;
  readonly admin: ReturnType<Kafka["admin"]>;
  create(topic: string): Promise<void>;
  produce(
    values: readonly string[],
    to?: { readonly topic?: string; readonly partition?: number; readonly key?: string },
  ): Promise<void>;
}

/** A subscriber of a tail that takes every batch at once, unless it is told to hold. */
export class Follower {
  readonly batches: Batch[] = [];
  readonly #subscription: Subscription;
  readonly #started = new Set<string>();
  readonly #held: Batch[] = [];
  error: unknown;
  holding = false;

  constructor(reading: Pick<KafkaReading, "tail">, topics: readonly string[], start?: TailRequest["start"]) {
    this.#subscription = reading.tail({
      topics,
      start: (place, range) => {
        this.#started.add(`${place.topic}/${place.partition}`);
        return start?.(place, range) ?? range.high;
      },
    }).subscribe({
      next: (batch) => {
        this.batches.push(batch);
        if (this.holding) this.#held.push(batch);
        else batch.done();
      },
      error: (error) => this.error = error,
    });
  }

  /** Resolves when the tail knows where to start in so many partitions. */
  async started(count = 1): Promise<void> {
    await until(() => this.#started.size >= count, `${count} partitions to start`);
  }

  /** How many partitions were asked for a start. */
  get asked(): number {
    return this.#started.size;
  }

  records(topic?: string): StoredRecord[] {
    return this.batches.filter((batch) => topic === undefined || batch.topic === topic)
      .flatMap((batch) => [...batch.records]);
  }

  values(topic?: string): string[] {
    return this.records(topic).map(({ value }) => value ? new TextDecoder().decode(value) : "(null)");
  }

  get lost(): { from: number; to: number; lost: string; partition: number }[] {
    return this.batches.flatMap(({ from, to, lost, partition }) => lost ? [{ from, to, lost, partition }] : []);
  }

  /** Resolves when so many records came. */
  async got(count: number, topic?: string): Promise<void> {
    await until(() => this.records(topic).length >= count, `${count} records, got ${this.records(topic).length}`);
  }

  release(): void {
    this.holding = false;
    for (const batch of this.#held.splice(0)) batch.done();
  }

  stop(): void {
    this.#subscription.unsubscribe();
  }
}

/** The batches of a bounded read, each taken at once. */
export function readAll(
  reading: Pick<KafkaReading, "read">,
  place: TopicPartition,
  range: ReadRange,
): Promise<Batch[]> {
  return lastValueFrom(reading.read(place, range).pipe(tap((batch) => batch.done()), toArray()));
}

/** `prefix0` to `prefix(count-1)`. */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}
