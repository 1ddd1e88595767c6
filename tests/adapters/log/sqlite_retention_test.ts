import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { firstValueFrom } from "rxjs";
import { openSqliteLog, type Retention, type SqliteLog } from "../../../adapters/log/mod.ts";
import { appendAll, readAll, textRecord, texts } from "../../contract/log/scenario.ts";
import { TailProbe } from "../../contract/log/tail_probe.ts";
import { eventually, inFolder, SetClock, silent as telemetry } from "./kit.ts";

const [left, right] = [{ topic: "chat", partition: 0 }, { topic: "chat", partition: 1 }];

function open(folder: string, options: { clock: SetClock; retention: Retention }): Promise<SqliteLog> {
  return openSqliteLog({ path: `${folder}/log.sqlite`, topics: { chat: 2 }, telemetry, ...options });
}

/** Resolves when the log has looked for expired records, and waits for the next time. */
function looked(clock: SetClock): Promise<void> {
  return eventually(() => clock.waiting === 1, "expiry to wait for its next time");
}

function low(log: SqliteLog, place: typeof left): Promise<number> {
  return firstValueFrom(log.range(place)).then((range) => range.low);
}

Deno.test("records expire by age, each minute, in every partition; offsets stay", () =>
  inFolder(async (folder) => {
    const clock = new SetClock();
    const log = await open(folder, { clock, retention: { ageMs: 3_600_000 } });
    await appendAll({ log }, [textRecord(left, "a"), textRecord(right, "b"), textRecord(left, "c")]);
    await looked(clock);
    clock.move(1_800_000);
    await appendAll({ log }, [textRecord(left, "d")]);
    await looked(clock);
    clock.move(1_700_000);
    await looked(clock);
    const early = await readAll({ log }, left, { from: 0, to: 9 });
    assertEquals(texts(early.records), ["a", "c", "d"]);
    clock.move(160_000);
    await eventually(
      async () => await low(log, left) === 2 && await low(log, right) === 1,
      "the first three to expire",
    );
    const { batches, records } = await readAll({ log }, left, { from: 0, to: 9 });
    assertEquals(batches[0]?.lost, "expired");
    assertEquals(records.map(({ offset }) => offset), [2]);
    assertEquals(await appendAll({ log }, [textRecord(right, "e")]), [1]);
    await log.close();
  }));

Deno.test("what is too old at the start expires then, and offsets are not used again though nothing is left", () =>
  inFolder(async (folder) => {
    const clock = new SetClock();
    const first = await open(folder, { clock, retention: {} });
    await appendAll({ log: first }, ["a", "b", "c"].map((text) => textRecord(left, text)));
    await first.close();
    clock.move(10_000);
    const second = await open(folder, { clock, retention: { ageMs: 5_000 } });
    await eventually(async () => await low(second, left) === 3, "everything to expire");
    await second.close();
    const third = await open(folder, { clock, retention: { ageMs: 5_000 } });
    assertEquals(await firstValueFrom(third.range(left)), { low: 3, high: 3 });
    assertEquals(await appendAll({ log: third }, [textRecord(left, "d")]), [3]);
    await third.close();
  }));

Deno.test("the oldest records expire, over all partitions, while the log is over its bytes; a tail behind is told", () =>
  inFolder(async (folder) => {
    const log = await open(folder, { clock: new SetClock(), retention: { bytes: 1_000_000 } });
    const probe = new TailProbe({ log }, { topics: ["chat"], start: () => 0, hold: () => true });
    const value = "x".repeat(10_000);
    for (let round = 0; round < 30; round++) {
      await appendAll({ log }, Array.from({ length: 10 }, (_, index) => textRecord(index % 5 ? left : right, value)));
    }
    await eventually(async () => await low(log, left) > 100 && await low(log, right) > 25, "the oldest to expire");
    const kept = await Promise.all([left, right].map((place) => readAll({ log }, place, { from: 0, to: 1_000 })));
    const bytes = kept.flatMap(({ records }) => records).reduce((sum, record) => sum + record.value!.length, 0);
    assertGreater(bytes, 800_000);
    assertLess(bytes, 1_100_000);
    // They left in the order in which they came: four of the one for each of the other.
    const [lows] = [await Promise.all([low(log, left), low(log, right)])];
    assert(Math.abs(lows[0]! - 4 * lows[1]!) <= 8, `${lows}`);
    probe.release();
    await Promise.all([probe.reached(left, 240), probe.reached(right, 60)]);
    assert(probe.batches.some(({ lost }) => lost === "expired"));
    probe.stop();
    await log.close();
  }));

Deno.test("the file gives the space of expired records back", () =>
  inFolder(async (folder) => {
    const clock = new SetClock();
    const log = await open(folder, { clock, retention: { ageMs: 1_000 } });
    const records = Array.from(
      { length: 40 },
      () => ({ ...left, key: null, value: new Uint8Array(900_000), headers: {} }),
    );
    await appendAll({ log }, records);
    await looked(clock);
    clock.move(120_000);
    await eventually(async () => await low(log, left) === 40, "everything to expire");
    const size = async () => (await Deno.stat(`${folder}/log.sqlite`)).size;
    await eventually(async () => await size() < 20_000_000, "the file to shrink");
    assertEquals(await appendAll({ log }, [textRecord(left, "next")]), [40]);
    await log.close();
  }));

Deno.test("a read that expiry overtakes on its way to the file says what it lost", () =>
  inFolder(async (folder) => {
    const options = {
      path: `${folder}/log.sqlite`,
      topics: { chat: 2 },
      telemetry,
      clock: new SetClock(),
      memoryBytes: 0,
    };
    const log = await openSqliteLog(options);
    await appendAll({ log }, [..."abcdef"].map((text) => textRecord(left, text, "k")));
    for (const [low, key] of [[2, undefined], [4, "k"]] as const) {
      // The worker forgets them before it reads, which is not known here when the read begins.
      const trimmed = log.trim(left, low);
      const { batches, records } = await readAll({ log }, left, { from: low - 2, to: 6, ...(key ? { key } : {}) });
      await trimmed;
      const { from, to, lost } = batches[0]!;
      assertEquals({ from, to, lost }, { from: low - 2, to: low, lost: "expired" });
      assertEquals(texts(records).join(""), "abcdef".slice(low));
    }
    await log.close();
  }));
