import { assertEquals } from "@std/assert";
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { Batch, OffsetRange, TailRest } from "../../../domain/ports/log.ts";
import { kafkaForFile, kafkaTest } from "../../kafka/kafka_test_case.ts";
import { numbered, type ReadingScenario, until, withReading } from "./reading_case.ts";

const cluster = kafkaForFile();

/** Lets partitions rest as the test says. */
class Judge implements TailRest {
  readonly resting = new Set<number>();
  /** Where to go on; by itself where it was. */
  resumesAt: ((range: OffsetRange) => number) | undefined;
  readonly ranges: OffsetRange[] = [];
  readonly next = new Map<number, number>();
  #wake = () => {};

  mayRest({ partition }: TopicPartition): boolean {
    return this.resting.has(partition);
  }

  resume({ partition }: TopicPartition, range: OffsetRange): number {
    this.ranges.push(range);
    return this.resumesAt?.(range) ?? this.next.get(partition) ?? 0;
  }

  onNeed(wake: () => void): () => void {
    this.#wake = wake;
    return () => this.#wake = () => {};
  }

  need(partition: number): void {
    this.resting.delete(partition);
    this.#wake();
  }
}

/** A tail of a topic with a judge, from the beginning on. */
function follow({ reading, topics }: Pick<ReadingScenario, "reading" | "topics">, judge: Judge) {
  const batches: Batch[] = [];
  const tail = reading.tail({ topics, start: (_, { low }) => low, rest: judge }).subscribe((batch) => {
    batches.push(batch);
    judge.next.set(batch.partition, batch.to);
    batch.done();
  });
  return {
    batches,
    values: (partition?: number) =>
      batches.filter((batch) => partition === undefined || batch.partition === partition)
        .flatMap(({ records }) => records.map(({ value }) => new TextDecoder().decode(value!))),
    stop: () => tail.unsubscribe(),
  };
}

kafkaTest("a tail asks for nothing while all of its partitions rest, and then for the one that is needed", async () => {
  await withReading(cluster(), { partitions: 12 }, async ({ reading, topics, produce, telemetry }) => {
    const judge = new Judge();
    const all = Array.from({ length: 12 }, (_, partition) => partition);
    const tail = follow({ reading, topics }, judge);
    for (const partition of all) await produce(["first"], { partition });
    await until(() => tail.values().length === 12, "all to be read");
    for (const partition of all) judge.resting.add(partition);
    await until(() => telemetry.counted("partitions_rested") === 12, "all to rest");
    const fetches = telemetry.counted("tail_fetches");
    for (const partition of all) await produce(["second"], { partition });
    assertEquals([tail.values().length, telemetry.counted("tail_fetches")], [12, fetches]);
    judge.need(7);
    await until(() => tail.values().length === 13, "the needed one to be read");
    assertEquals([tail.values(7), telemetry.counted("partitions_woken")], [["first", "second"], 1]);
    await produce(["third"], { partition: 7 });
    await until(() => tail.values(7).length === 3, "it to be followed");
    assertEquals(tail.values().length, 14);
    tail.stop();
  });
});

kafkaTest("a partition goes on where it was, or where it is told, each record once", async () => {
  await withReading(cluster(), { partitions: 2 }, async ({ reading, topics, produce, telemetry }) => {
    const judge = new Judge();
    const tail = follow({ reading, topics }, judge);
    for (let round = 1; round <= 6; round++) {
      judge.resting.add(0);
      await until(() => telemetry.counted("partitions_rested") === round, "it to rest");
      await produce(numbered(`${round}-`, 20));
      const skips = round % 3 === 0;
      judge.resumesAt = skips ? ({ high }) => high - 5 : undefined;
      // The other partition is being waited for meanwhile.
      judge.need(0);
      await produce(numbered(`${round}+`, 5));
      await until(() => tail.values(0).at(-1) === `${round}+4`, "it to catch up");
      const got = tail.values(0).filter((value) => value.startsWith(String(round)));
      const skipped = skips ? judge.ranges.at(-1)!.high - 5 - (round - 1) * 25 : 0;
      assertEquals(got, [...numbered(`${round}-`, 20), ...numbered(`${round}+`, 5)].slice(skipped));
    }
    const offsets = tail.batches.filter(({ partition }) => partition === 0)
      .flatMap(({ records }) => records.map(({ offset }) => offset));
    assertEquals(offsets, [...new Set(offsets)].sort((a, b) => a - b));
    assertEquals(tail.batches.filter(({ lost }) => lost), []);
    tail.stop();
  });
});

kafkaTest("a topic that was made anew while its partitions rested is told as changed", async () => {
  await withReading(cluster(), {}, async ({ reading, topic, topics, produce, telemetry, admin, create }) => {
    const judge = new Judge();
    const tail = follow({ reading, topics }, judge);
    await produce(numbered("old", 3));
    await until(() => tail.values().length === 3, "the first life");
    judge.resting.add(0);
    await until(() => telemetry.counted("partitions_rested") === 1, "it to rest");
    await admin.deleteTopics({ topics: [topic] });
    await create(topic);
    await produce(numbered("new", 5));
    judge.need(0);
    await until(() => tail.values().length === 8, "the second life");
    assertEquals(tail.values(), [...numbered("old", 3), ...numbered("new", 5)]);
    assertEquals(tail.batches.flatMap(({ lost }) => lost ?? []), ["log_changed"]);
    tail.stop();
  });
});
