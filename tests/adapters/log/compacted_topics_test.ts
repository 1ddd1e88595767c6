/** Topics that are read as a table, in embedded logs with retention: what they say now is never forgotten. */
import { assertEquals } from "@std/assert";
import { memoryLog, openSqliteLog, type Retention } from "../../../adapters/log/mod.ts";
import type { OpenLog } from "../../../domain/ports/log.ts";
import { appendAll, readAll, textRecord } from "../../contract/log/scenario.ts";
import { eventually, inFolder, SetClock, silent as telemetry } from "./kit.ts";

const HOUR = 3_600_000;
const list = { topic: "list", partition: 0 };
const chat = { topic: "chat", partition: 0 };
const topics = { list: 1, chat: 1 };
const retention: Retention = { ageMs: HOUR, bytes: 1_000_000, compacted: ["list"] };

function tombstone(key: string) {
  return { ...list, key, value: null, headers: {} };
}

async function held(log: OpenLog, place: typeof list): Promise<string[]> {
  const { records } = await readAll({ log }, place, { from: 0, to: 100 });
  return records.map(({ offset, key, value }) => `${offset}:${key}=${value && new TextDecoder().decode(value)}`);
}

const kinds = {
  "memory log": (_: string, clock: SetClock) => Promise.resolve(memoryLog({ topics, clock, retention })),
  "sqlite log": (folder: string, clock: SetClock) =>
    openSqliteLog({ path: `${folder}/log.sqlite`, topics, clock, retention, telemetry }),
};

for (const [name, open] of Object.entries(kinds)) {
  Deno.test(`${name}: the newest record of each key outlives retention by age and by bytes, which others do not`, () =>
    inFolder(async (folder) => {
      const clock = new SetClock();
      const log = await open(folder, clock);
      await appendAll({ log }, [textRecord(list, "1", "a"), textRecord(chat, "old", "k"), textRecord(list, "2", "b")]);
      await eventually(() => name === "memory log" || clock.waiting === 1, "expiry to wait");
      clock.move(2 * HOUR);
      await appendAll({ log }, [
        textRecord(chat, "x".repeat(600_000), "k"),
        textRecord(chat, "y".repeat(900_000), "k"),
      ]);
      await eventually(async () => (await held(log, chat)).length === 1, "the old and the many to expire");
      assertEquals(await held(log, list), ["0:a=1", "1:b=2"]);
      await log.close();
    }));
}

Deno.test("sqlite log: a restart keeps the newest record of each key, and forgets the others and old tombstones", () =>
  inFolder(async (folder) => {
    const clock = new SetClock();
    const open = () => kinds["sqlite log"](folder, clock);
    const first = await open();
    await appendAll({ log: first }, [
      textRecord(list, "1", "a"),
      textRecord(list, "2", "b"),
      textRecord(list, "3", "a"),
      tombstone("b"),
      textRecord(list, "4", "c"),
    ]);
    await first.close();
    clock.move(2 * HOUR);
    const second = await open();
    await eventually(async () => (await held(second, list)).length === 3, "what was replaced to be forgotten");
    assertEquals(await held(second, list), ["2:a=3", "3:b=null", "4:c=4"]);
    await second.close();
    clock.move(25 * HOUR);
    const third = await open();
    await eventually(async () => (await held(third, list)).length === 2, "the tombstone to be forgotten");
    assertEquals(await held(third, list), ["2:a=3", "4:c=4"]);
    assertEquals(await appendAll({ log: third }, [textRecord(list, "5", "a")]), [5]);
    await third.close();
  }));
