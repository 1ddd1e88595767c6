import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { firstValueFrom } from "rxjs";
import { openSqliteLog, type SqliteLogOptions } from "../../../adapters/log/mod.ts";
import { all, appendAll, readAll, textRecord, texts } from "../../contract/log/scenario.ts";
import { inFolder, realClock as clock, silent as telemetry } from "./kit.ts";

const place = { topic: "chat", partition: 1 };

Deno.test("an SQLite log has everything when it is opened again, and its folder is made where it is missing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/some/where/log.sqlite`;
    const headers = { "__proto__": new Uint8Array([1]), constructor: [new Uint8Array(), new Uint8Array([2])] };
    Object.defineProperty(headers, "__proto__", { value: new Uint8Array([1]), enumerable: true });
    let log = await open(path);
    await appendAll({ log }, [textRecord(place, "one"), { ...place, key: "a\0b", value: null, headers }]);
    await log.close();
    log = await open(path);
    assertEquals(await all(log.range(place)), [{ low: 0, high: 2 }]);
    assertEquals(await appendAll({ log }, [textRecord(place, "three")]), [2]);
    const { records } = await readAll({ log }, place, { from: 0, to: 3 });
    assertEquals(texts(records), ["one", "(null)", "three"]);
    assertEquals(records[1]!.key, "a\0b");
    assertEquals(Object.entries(records[1]!.headers), Object.entries(headers));
    await log.close();
    // Nothing is left beside the file: neither a journal nor the owner's mark.
    assertEquals(Array.from(Deno.readDirSync(`${folder}/some/where`), ({ name }) => name), ["log.sqlite"]);
  }));

Deno.test("a folder that is made is for its owner alone", () =>
  inFolder(async (folder) => {
    const log = await open(`${folder}/data/log.sqlite`);
    assertEquals((await Deno.stat(`${folder}/data`)).mode! & 0o777, 0o700);
    await log.close();
  }));

Deno.test("a topic that is no longer configured stays in the file, and one that is new is added", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    let log = await open(path);
    await appendAll({ log }, [textRecord(place, "kept")]);
    await log.close();
    log = await open(path, { topics: { other: 3 } });
    const [outcome] = await all(log.append([textRecord(place, "refused")]));
    assertEquals(outcome?.kind === "rejected" && outcome.reason, "invalid");
    assertEquals(await appendAll({ log }, [textRecord({ topic: "other", partition: 2 }, "new")]), [0]);
    await log.close();
    log = await open(path, { topics: { chat: 2, other: 3 } });
    assertEquals(texts((await readAll({ log }, place, { from: 0, to: 9 })).records), ["kept"]);
    assertEquals(await firstValueFrom(log.range({ topic: "other", partition: 2 })), { low: 0, high: 1 });
    await log.close();
  }));

Deno.test("another number of partitions than the file has is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    await (await open(path)).close();
    for (const count of [1, 8]) {
      await refused(path, {
        topics: { chat: count },
        message: new RegExp(`topic chat has 2 partitions in it, and ${count} are configured; configure as many`),
      });
    }
    await refused(path, { topics: { chat: 0 }, message: /topic chat is to have 0 partitions, expected 1 or more/ });
    // None of them has changed it.
    await (await open(path)).close();
  }));

Deno.test("a file that is no log is refused, and left as it is", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    await Deno.writeFile(path, crypto.getRandomValues(new Uint8Array(9_000)));
    await refused(path, {
      message: /the file is damaged \(file is not a database\); restore it from a backup, or move it/,
    });

    await Deno.remove(path);
    change(path, "CREATE TABLE things (id INTEGER)");
    const before = await Deno.readFile(path);
    await refused(path, { message: /it was not written by Tidegate; name another file, or move it away/ });
    assertEquals(await Deno.readFile(path), before);
  }));

Deno.test("a file whose middle was overwritten is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    const log = await open(path);
    await appendAll({ log }, Array.from({ length: 500 }, (_, index) => textRecord(place, `${index}`.padEnd(500))));
    await log.close();
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.fill(0x5a, 4_096, 40_960));
    await refused(path, { message: /the file is damaged \(database disk image is malformed\)/ });
  }));

Deno.test("a file of a later version is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    await (await open(path)).close();
    change(path, "PRAGMA user_version = 2");
    await refused(path, { message: /its schema is 2, this program knows 1; upgrade/ });
  }));

Deno.test("a file that this process has open is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    const log = await open(path);
    await refused(path, { message: /this process has it open already/ });
    assertEquals(await appendAll({ log }, [textRecord(place, "unharmed")]), [0]);
    await log.close();
    await (await open(path)).close();
  }));

Deno.test("a folder that cannot be made is told", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await refused(`${folder}/file/log.sqlite`, { message: /^Cannot open .*file\/log\.sqlite: .*(directory|exists)/ });
  }));

Deno.test("reads by key use the index", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    await (await open(path)).close();
    const database = new DatabaseSync(path);
    const plan = database.prepare(
      "EXPLAIN QUERY PLAN SELECT value FROM records WHERE partition = 1 AND key = x'61' AND position >= 5 ORDER BY position",
    ).all();
    database.close();
    assertEquals(plan.length, 1);
    assertMatch(String(plan[0]!.detail), /USING INDEX by_key \(partition=\? AND key=\? AND position>\?\)/);
  }));

function open(path: string, options: Partial<SqliteLogOptions> = {}) {
  return openSqliteLog({ path, topics: { chat: 2 }, clock, telemetry, ...options });
}

async function refused(
  path: string,
  { message, ...options }: { message: RegExp; topics?: Record<string, number> },
): Promise<void> {
  const error = await assertRejects(() => open(path, options), Error);
  assertMatch(error.message, message);
  assertMatch(error.message, /^Cannot open /);
}

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
