import { assert, assertEquals, assertGreater, assertInstanceOf, assertLess } from "@std/assert";
import { filter, lastValueFrom, map, mergeMap, pipe, toArray } from "rxjs";
import { kafkaTransactions, RecordRefused } from "../../../../adapters/kafka/mod.ts";
import { faultySockets } from "../../../kafka/faulty_sockets.ts";
import { kafkaForFile, kafkaTest } from "../../../kafka/kafka_test_case.ts";
import { freshTopic } from "../../../kafka/topics.ts";
import { until } from "../reading_case.ts";
import {
  committed,
  countNumbers,
  freshGroup,
  jobConnection,
  produceNumbers,
  stopAfter,
  sum,
  textOf,
  untilAsync,
} from "./job_case.ts";
import { readCommitted } from "./read_committed.ts";

const kafka = kafkaForFile({
  properties: {
    "group.min.session.timeout.ms": "1000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
  },
});

kafkaTest("writes what it makes of records, and where the group is, in one transaction", async () => {
  const [from, to, odd] = [
    await freshTopic(kafka(), { partitions: 3 }),
    await freshTopic(kafka(), { partitions: 2 }),
    await freshTopic(kafka()),
  ];
  await produceNumbers(kafka(), from, { from: 0, to: 200 });
  const group = freshGroup();
  const stop = new AbortController();
  const written = await lastValueFrom(
    kafkaTransactions(
      { ...jobConnection(kafka()), group, topics: [from], to: [to, odd], signal: stop.signal, batch: { records: 30 } },
      pipe(
        filter((record) => Number(textOf(record)) < 150),
        map((record) => ({
          topic: Number(textOf(record)) % 2 ? odd : to,
          key: record.key,
          value: textOf(record),
        })),
      ),
    ).pipe(stopAfter(150, stop), toArray()),
  );
  assertEquals(written.length, 150);
  const values = [...await readCommitted(kafka(), to), ...await readCommitted(kafka(), odd)];
  assertEquals(countNumbers(values, 150), { missing: [], doubled: [] });
  assertGreater(sum(await committed(kafka(), { group, topic: from })), 149);
});

kafkaTest("answers that are lost at any step lose and double nothing", async () => {
  const [from, to] = [await freshTopic(kafka(), { partitions: 2 }), await freshTopic(kafka(), { partitions: 2 })];
  await produceNumbers(kafka(), from, { from: 0, to: 240 });
  const sockets = faultySockets();
  // Of Produce, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit and InitProducerId some answers are lost.
  const lossy = new Map([[0, 9], [24, 8], [25, 7], [26, 4], [28, 6], [22, 5]]);
  const asked = new Map<number, number>();
  const lost = new Set<number>();
  sockets.decide = (key) => {
    const every = lossy.get(key);
    if (!every) return "none";
    asked.set(key, (asked.get(key) ?? 0) + 1);
    if (asked.get(key)! % every !== 0) return "none";
    lost.add(key);
    return "cut";
  };
  const stop = new AbortController();
  const group = freshGroup();
  const running = lastValueFrom(
    kafkaTransactions(
      {
        ...jobConnection(kafka()),
        socketFactory: sockets.factory,
        group,
        topics: [from],
        to: [to],
        signal: stop.signal,
        batch: { records: 16 },
      },
      map((record) => ({ topic: to, key: record.key, value: textOf(record) })),
    ).pipe(toArray()),
  );
  await untilAsync(async () => sum(await committed(kafka(), { group, topic: from })) >= 240, "all to be read");
  stop.abort();
  // What was committed, and not heard to be, is not told.
  assertLess((await running).length, 240);
  assertEquals([...lost].sort((a, b) => a - b), [0, 22, 24, 25, 26, 28]);
  assertEquals(countNumbers(await readCommitted(kafka(), to), 240), { missing: [], doubled: [] });
});

kafkaTest("a record that can never be written is replaced, and only it", async () => {
  const from = await freshTopic(kafka());
  const to = await freshTopic(kafka(), { config: { "max.message.bytes": "1000" } });
  const dead = await freshTopic(kafka());
  await produceNumbers(kafka(), from, { from: 0, to: 20 });
  const job = (stop: AbortController, refused: boolean) =>
    kafkaTransactions(
      {
        ...jobConnection(kafka()),
        group: freshGroup(),
        topics: [from],
        to: [to, dead],
        signal: stop.signal,
        ...(refused
          ? {
            refused: ({ record, reason }) => ({
              topic: dead,
              key: record.key ?? null,
              value: `${reason} ${record.key}`,
            }),
          }
          : {}),
      },
      mergeMap((record) => [{
        topic: textOf(record) === "13" ? "elsewhere" : to,
        key: record.key,
        value: textOf(record) === "7" ? "x".repeat(2_000) : textOf(record),
      }], 1),
    );
  const stop = new AbortController();
  await lastValueFrom(job(stop, true).pipe(stopAfter(20, stop), toArray()));
  assertEquals((await readCommitted(kafka(), to)).length, 18);
  assertEquals((await readCommitted(kafka(), dead)).sort(), ["invalid key-13", "too_large key-7"]);

  const error = await lastValueFrom(job(new AbortController(), false)).catch((error) => error);
  assertInstanceOf(error, RecordRefused);
  assert(error.message.includes(`topic "elsewhere"`), error.message);
});

/** Kafka's number of Heartbeat. */
const HEARTBEAT_KEY = 12;

kafkaTest("a member that the group went on without, and does not know it, commits nothing", async () => {
  const [from, to] = [await freshTopic(kafka(), { partitions: 2 }), await freshTopic(kafka())];
  const group = freshGroup();
  const stop = new AbortController();
  const sockets = faultySockets();
  const member = (name: string) => {
    const connection = jobConnection(kafka());
    const running = lastValueFrom(
      kafkaTransactions(
        {
          ...connection,
          ...(name === "zombie" ? { socketFactory: sockets.factory } : {}),
          group,
          topics: [from],
          to: [to],
          sessionMs: 1_500,
          rebalanceMs: 1_500,
          signal: stop.signal,
        },
        map((record) => ({ topic: to, key: record.key, value: textOf(record) })),
      ).pipe(toArray()),
    );
    return { running, notes: connection.telemetry.notes };
  };
  const zombie = member("zombie");
  await produceNumbers(kafka(), from, { from: 0, to: 20 });
  await untilAsync(async () => sum(await committed(kafka(), { group, topic: from })) >= 20, "the first twenty");
  // Its heartbeats reach nobody, and it hears nothing of it.
  sockets.decide = (key) => key === HEARTBEAT_KEY ? "unsent" : "none";
  const heir = member("heir");
  await until(() => heir.notes.some(({ fields }) => fields.partitions === 2), "the heir to get both partitions");
  const refused = () =>
    zombie.notes.filter(({ fields }) => /UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION/.test(`${fields.reason}`)).length;
  for (let at = 20; refused() < 2; at += 10) {
    assertLess(at, 2_000, "the zombie was not refused");
    await produceNumbers(kafka(), from, { from: at, to: at + 10 });
    await untilAsync(async () => sum(await committed(kafka(), { group, topic: from })) >= at + 10, "the next ten");
  }
  stop.abort();
  sockets.decide = () => "none";
  await Promise.all([zombie.running, heir.running]);
  const values = await readCommitted(kafka(), to);
  assertEquals(countNumbers(values, values.length), { missing: [], doubled: [] });
  assertEquals(values.length, sum(await committed(kafka(), { group, topic: from })));
});
