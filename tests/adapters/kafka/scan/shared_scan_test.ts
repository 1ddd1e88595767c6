import { assert, assertEquals, assertRejects } from "@std/assert";
import { lastValueFrom } from "rxjs";
import { LogUnavailable } from "../../../../domain/ports/log.ts";
import { openReading } from "../../../../adapters/kafka/reading.ts";
import { seededRandom } from "../../../../testing/mod.ts";
import { type AnswerFault, faultySockets } from "../../../kafka/faulty_sockets.ts";
import { kafkaForFile, kafkaTest } from "../../../kafka/kafka_test_case.ts";
import { optionsFor, readAll, until, withReading } from "../reading_case.ts";

const cluster = kafkaForFile();

const FETCH_KEY = 1;
const LIST_OFFSETS_KEY = 2;
const KEYS = 50;
const RECORDS = 20_000;
const REPLAYS = 500;

/** A reading side that has read nothing yet, and how many requests of a kind it has made. */
function countedReading(topic: string, answers: AnswerFault = "none") {
  const sockets = faultySockets();
  const requests = new Map<number, number>();
  sockets.decide = (key) => {
    requests.set(key, (requests.get(key) ?? 0) + 1);
    return key === FETCH_KEY ? answers : "none";
  };
  const options = optionsFor(cluster().brokers, [topic]);
  const reading = openReading({ ...options, socketFactory: sockets.factory });
  return { reading, telemetry: options.telemetry, requests: (key: number) => requests.get(key) ?? 0 };
}

kafkaTest("500 replays of a partition cost at most a few times the fetches of one", async () => {
  await withReading(cluster(), {}, async ({ topic, produce }) => {
    const place = { topic, partition: 0 };
    const filling = "x".repeat(500);
    for (let at = 0; at < RECORDS; at += 500) {
      // A batch of the log for each key in turn: each key is everywhere.
      const values = Array.from({ length: 500 }, (_, n) => `${at + n} ${filling}`);
      await produce(values, { key: `key-${(at / 500) % KEYS}` });
    }
    const seed = Math.floor(Math.random() * 1e9);
    const random = seededRandom(seed);
    const lone = countedReading(topic);
    const crowd = countedReading(topic);
    try {
      await Promise.all([lone.reading.startup, crowd.reading.startup]);
      const all = (await readAll(lone.reading, place, { from: 0, to: RECORDS })).flatMap(({ records }) => records);
      assertEquals(all.length, RECORDS);
      const one = lone.requests(FETCH_KEY);
      const ranges = Array.from({ length: REPLAYS }, () => ({
        from: Math.floor(random.fraction() * RECORDS),
        to: RECORDS,
        key: `key-${Math.floor(random.fraction() * KEYS)}`,
      }));
      const offsets = crowd.requests(LIST_OFFSETS_KEY);
      const began = performance.now();
      const read = await Promise.all(ranges.map(async (range) => {
        // They come over a quarter of a second.
        await new Promise((resolve) => setTimeout(resolve, random.fraction() * 250));
        return await readAll(crowd.reading, place, range);
      }));
      const tookMs = Math.round(performance.now() - began);
      for (const [at, batches] of read.entries()) {
        const { from, key } = ranges[at]!;
        const got = batches.flatMap(({ records }) => records.map(({ offset }) => offset));
        const expected = all.filter((record) => record.offset >= from && record.key === key);
        assertEquals(got, expected.map(({ offset }) => offset), `from ${from}, ${key}, seed ${seed}`);
      }
      const many = crowd.requests(FETCH_KEY);
      const pieces = crowd.telemetry.counted("replay_pieces");
      console.log(`  ${many} fetches for ${REPLAYS} replays, ${one} for one; ${pieces} pieces, ${tookMs} ms`);
      assert(many <= one * 5, `${many} fetches for ${REPLAYS} replays, ${one} for one; seed ${seed}`);
      assertEquals(crowd.telemetry.counted("replay_fetches"), many);
      assertEquals(crowd.requests(LIST_OFFSETS_KEY), offsets);
      // The ends, for those who come without a cursor: two questions each, for the first of them and for all others.
      const ends = await Promise.all(ranges.map(() => lastValueFrom(crowd.reading.range(place))));
      assertEquals(new Set(ends.map(({ high }) => high)), new Set([RECORDS]));
      assertEquals(crowd.requests(LIST_OFFSETS_KEY) - offsets, 4);
    } finally {
      await Promise.all([lone.reading.close(), crowd.reading.close()]);
    }
  });
});

kafkaTest("a read that waits for a broker ends when the log is closed, and says so", async () => {
  await withReading(cluster(), {}, async ({ topic, produce }) => {
    await produce(["one"]);
    const { reading, requests } = countedReading(topic, "swallow");
    await reading.startup;
    const read = assertRejects(
      () => readAll(reading, { topic, partition: 0 }, { from: 0, to: 1 }),
      LogUnavailable,
      "it is closed",
    );
    await until(() => requests(FETCH_KEY) > 0, "a fetch");
    await reading.close();
    await read;
  });
});
