import { assert, assertEquals, assertGreater } from "@std/assert";
import type { Outcome } from "../../../domain/ports/log.ts";
import { kafkaForFile, kafkaTest } from "../../kafka/kafka_test_case.ts";
import { freshTopic, readTopic } from "../../kafka/topics.ts";
import { appendSide, record } from "./append_side.ts";

const kafka = kafkaForFile();

function offsetOf(outcome: Outcome | undefined): number {
  assert(outcome?.kind === "appended", JSON.stringify(outcome));
  return outcome.offset;
}

kafkaTest("gives each record the position that it has in the log, in the order of the calls", async () => {
  const topic = await freshTopic(kafka(), { partitions: 4 });
  await using log = appendSide(kafka(), { topics: [topic] });
  const given: string[][] = [[], [], [], []];
  const calls = Array.from({ length: 300 }, (_, call) =>
    Array.from({ length: 1 + call % 7 }, (_, index) => {
      const partition = (call * 3 + index) % 4;
      given[partition]!.push(`${call}/${index}`);
      return record(topic, `${call}/${index}`, partition);
    }));
  // Some before the first answer, some after.
  const first = calls.slice(0, 150).map((records) => log.append(records));
  await first[0];
  const outcomes = await Promise.all([...first, ...calls.slice(150).map((records) => log.append(records))]);

  const read = await readTopic(kafka(), topic);
  const at = new Map(read.map(({ partition, offset, value }) => [`${partition}@${offset}`, value]));
  outcomes.forEach((ofCall, call) => {
    assertEquals(ofCall.map((outcome) => outcome.index), calls[call]!.map((_, index) => index));
    ofCall.forEach((outcome, index) => {
      const { partition } = calls[call]![index]!;
      assertEquals(at.get(`${partition}@${offsetOf(outcome)}`), `${call}/${index}`);
    });
  });
  given.forEach((values, partition) =>
    assertEquals(read.filter((one) => one.partition === partition).map((one) => one.value), values)
  );
});

kafkaTest("writes key, value, tombstones, and headers that repeat", async () => {
  const topic = await freshTopic(kafka());
  await using log = appendSide(kafka(), { topics: [topic] });
  const text = (value: string) => new TextEncoder().encode(value);
  const outcomes = await log.append([
    {
      topic,
      partition: 0,
      key: "kéy",
      value: text("välue"),
      headers: { a: text("1"), b: [text("2"), text("3")], ü: text("") },
    },
    { topic, partition: 0, key: null, value: null, headers: {} },
    { topic, partition: 0, key: "", value: text(""), headers: {} },
    { topic, partition: 0, key: "x".repeat(5000), value: new Uint8Array(200_000).fill(97), headers: {} },
  ]);
  assertEquals(outcomes.map(offsetOf), [0, 1, 2, 3]);
  const read = await readTopic(kafka(), topic);
  assertEquals(read.map(({ key, value, headers }) => ({ key, value, headers })), [
    { key: "kéy", value: "välue", headers: { a: "1", b: "2,3", ü: "" } },
    { key: null, value: null, headers: {} },
    { key: "", value: "", headers: {} },
    { key: "x".repeat(5000), value: "a".repeat(200_000), headers: {} },
  ]);
});

kafkaTest("appends without an observer that stays, and not before there is one", async () => {
  const topic = await freshTopic(kafka());
  await using log = appendSide(kafka(), { topics: [topic] });
  log.side.append([record(topic, "never")]);
  log.side.append([record(topic, "left")]).subscribe().unsubscribe();
  assertEquals((await log.append([record(topic, "stayed")])).map(offsetOf), [1]);
  assertEquals((await readTopic(kafka(), topic)).map((one) => one.value), ["left", "stayed"]);
});

kafkaTest("cuts a large call into requests that the broker takes", async () => {
  const topic = await freshTopic(kafka(), { partitions: 2 });
  await using log = appendSide(kafka(), { topics: [topic] });
  const records = Array.from({ length: 30_000 }, (_, at) => record(topic, `${at}`.padEnd(at % 300), at % 2));
  const outcomes = await log.append(records);
  assertEquals(outcomes.map(offsetOf), records.map((_, at) => Math.floor(at / 2)));
});

kafkaTest("rejects a record over the limit before it is sent, and not its neighbours", async () => {
  const topic = await freshTopic(kafka());
  await using log = appendSide(kafka(), { topics: [topic], limits: { batchBytes: 10_000 } });
  const outcomes = await log.append([
    record(topic, "before"),
    record(topic, "x".repeat(10_000)),
    record(topic, "x".repeat(9_000)),
    record(topic, "after"),
  ]);
  assertEquals(outcomes.map((outcome) => outcome.kind), ["appended", "rejected", "appended", "appended"]);
  const rejected = outcomes[1]!;
  assert(rejected.kind === "rejected" && rejected.reason === "too_large");
  assert(/it has 100\d\d bytes, expected at most 10000/.test(rejected.message), rejected.message);
  assertEquals((await readTopic(kafka(), topic)).map((one) => one.value?.length), [6, 9_000, 5]);
});

kafkaTest("rejects a record that the topic refuses, and not its neighbours, which keep their order", async () => {
  const topic = await freshTopic(kafka(), { config: { "max.message.bytes": "2000" } });
  await using log = appendSide(kafka(), { topics: [topic] });
  const sizes = Array.from({ length: 200 }, (_, at) => at % 50 === 17 ? 5000 : 100);
  const outcomes = await log.append(sizes.map((size, at) => record(topic, `${at} `.padEnd(size, "x"))));
  outcomes.forEach((outcome, at) => {
    if (sizes[at] === 100) assertEquals(outcome.kind, "appended", JSON.stringify(outcome));
    else assert(outcome.kind === "rejected" && outcome.reason === "too_large", JSON.stringify(outcome));
  });
  const read = await readTopic(kafka(), topic);
  const expected = sizes.map((size, at) => ({ size, at })).filter(({ size }) => size === 100);
  assertEquals(read.map((one) => parseInt(one.value!)), expected.map(({ at }) => at));
  assertEquals(expected.map(({ at }) => offsetOf(outcomes[at])), read.map((one) => one.offset));
});

kafkaTest("rejects a record that a compacted topic refuses, and not its neighbours", async () => {
  const topic = await freshTopic(kafka(), { config: { "cleanup.policy": "compact" } });
  await using log = appendSide(kafka(), { topics: [topic] });
  const records = Array.from(
    { length: 20 },
    (_, at) => ({ ...record(topic, `${at}`), key: at === 7 ? null : `${at}` }),
  );
  const outcomes = await log.append(records);
  assertEquals(outcomes.map((one) => one.kind === "rejected" ? one.reason : one.kind), [
    ...Array(7).fill("appended"),
    "invalid",
    ...Array(12).fill("appended"),
  ]);
});

kafkaTest("rejects what goes to no partition, or no topic of the log", async () => {
  const topic = await freshTopic(kafka(), { partitions: 2 });
  const gone = `test-${crypto.randomUUID()}`;
  await using log = appendSide(kafka(), { topics: [topic, gone] });
  const outcomes = await log.append([
    record(topic, "here", 1),
    record(topic, "no partition", 2),
    record(gone, "no topic"),
    record("elsewhere", "not of this log"),
  ]);
  assertEquals(outcomes.map((one) => one.kind === "rejected" ? [one.reason, one.message] : one.kind), [
    "appended",
    ["invalid", `Cannot append record to ${topic}/2: the topic has 2 partitions`],
    ["invalid", `Cannot append record to ${gone}/0: there is no such topic`],
    ["invalid", "Cannot append record to elsewhere/0: it is not a topic of this log"],
  ]);
});

kafkaTest("refuses at once what does not fit into the queue", async () => {
  const topic = await freshTopic(kafka());
  await using log = appendSide(kafka(), { topics: [topic], limits: { queueBytes: 100_000 } });
  const outcomes = await log.append(Array.from({ length: 50 }, (_, at) => record(topic, `${at}`.padEnd(3_000))));
  const kinds = outcomes.map((one) => one.kind === "rejected" ? one.reason : one.kind);
  assertEquals(kinds, [...Array(33).fill("appended"), ...Array(17).fill("unavailable")]);
  // The room is there again.
  assertEquals((await log.append([record(topic, "later")])).map(offsetOf), [33]);
});

kafkaTest("gives every outcome on close, and refuses after it", async () => {
  const topic = await freshTopic(kafka());
  await using log = appendSide(kafka(), { topics: [topic] });
  const before = Array.from({ length: 100 }, (_, at) => log.append([record(topic, `${at}`)]));
  await log.side.close();
  assertEquals((await Promise.all(before)).map(([outcome]) => offsetOf(outcome)), before.map((_, at) => at));
  const [after] = await log.append([record(topic, "after")]);
  assert(after?.kind === "rejected" && after.reason === "unavailable");
  await log.side.close();
});

kafkaTest("takes new records from who hears an outcome", async () => {
  const topic = await freshTopic(kafka());
  await using log = appendSide(kafka(), { topics: [topic] });
  const again = Promise.withResolvers<Outcome[]>();
  log.side.append([record(topic, "first")]).subscribe(() => again.resolve(log.append([record(topic, "second")])));
  assertGreater(offsetOf((await again.promise)[0]), 0);
});
