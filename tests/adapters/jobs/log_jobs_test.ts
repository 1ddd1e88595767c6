import { assertEquals, assertInstanceOf } from "@std/assert";
import { asyncScheduler, EMPTY, firstValueFrom, from, lastValueFrom, map, tap, toArray } from "rxjs";
import { fileCheckpoints, memoryCheckpoints } from "../../../adapters/jobs/mod.ts";
import {
  logSink,
  logSource,
  type MemoryLog,
  memoryLog,
  openSqliteLog,
  RecordRefused,
} from "../../../adapters/log/mod.ts";
import { copyRecord } from "../../../domain/copy_record.ts";
import type { StoredRecord } from "../../../domain/log_record.ts";
import type { OutRecord } from "../../../domain/out_record.ts";
import type { OpenLog } from "../../../domain/ports/log.ts";
import type { Delivery } from "../../../streams/delivery.ts";

const clock = { scheduler: asyncScheduler };
const telemetry = { count: () => {}, note: () => {} };
const quiet = { telemetry };

function memory(topics: Readonly<Record<string, number>> = { chat: 3 }): MemoryLog {
  return memoryLog({ topics, clock });
}

/** Deliveries of records, and which of them are done. */
function deliveriesOf(records: readonly OutRecord[]): { deliveries: Delivery<OutRecord>[]; done: OutRecord[] } {
  const done: OutRecord[] = [];
  return { done, deliveries: records.map((value) => ({ value, done: () => done.push(value) })) };
}

function numbered(count: number, topic = "chat"): OutRecord[] {
  return Array.from({ length: count }, (_, at) => ({ topic, key: `key-${at % 7}`, value: `${at}` }));
}

async function write(log: OpenLog, records: readonly OutRecord[]): Promise<void> {
  await lastValueFrom(from(deliveriesOf(records).deliveries).pipe(logSink(log)));
}

function textOf({ value }: Pick<StoredRecord, "value">): string {
  return new TextDecoder().decode(value!);
}

/** All that a source gives until so many came, done at once. */
async function readSome(
  log: OpenLog,
  { count, checkpoints, topics = ["chat"] }: {
    readonly count: number;
    readonly checkpoints: ReturnType<typeof memoryCheckpoints>;
    readonly topics?: readonly string[];
  },
): Promise<StoredRecord[]> {
  const stop = new AbortController();
  let left = count;
  return await lastValueFrom(
    logSource(log, { topics, checkpoints, signal: stop.signal, ...quiet }).pipe(
      tap(({ done }) => {
        done();
        if (--left === 0) stop.abort();
      }),
      map(({ value }) => value),
      toArray(),
    ),
  );
}

Deno.test("a log source goes on after what was done, in a file too", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-job-" });
  const log = memory();
  const file = () => fileCheckpoints(`${folder}/kept/chat.json`);
  await write(log, numbered(20));
  const first = await readSome(log, { count: 12, checkpoints: file() });
  const second = await readSome(log, { count: 8, checkpoints: file() });
  assertEquals([...first, ...second].map((one) => Number(textOf(one))).sort((a, b) => a - b), [...Array(20).keys()]);
  await log.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a record that is not done is read again, and all that came after it", async () => {
  const log = memory({ chat: 1 });
  const checkpoints = memoryCheckpoints();
  await write(log, numbered(10));
  const open: Delivery<StoredRecord>[] = [];
  const reading = logSource(log, { topics: ["chat"], checkpoints, saveMs: 1, ...quiet })
    .subscribe((delivery) => open.push(delivery));
  await until(() => open.length === 10);
  for (const at of [0, 1, 3, 4, 9]) open[at]!.done();
  await until(async () => (await checkpoints.load())[0]?.offset === 2);
  reading.unsubscribe();
  await settle();
  open[2]!.done();
  await settle();
  const again = await readSome(log, { count: 8, checkpoints });
  assertEquals(again.map(textOf), ["2", "3", "4", "5", "6", "7", "8", "9"]);
  await log.close();
});

Deno.test("a source from the latest end does not skip what came before it was killed", async () => {
  const log = memory({ chat: 1 });
  const checkpoints = memoryCheckpoints();
  await write(log, numbered(3));
  const reading = logSource(log, { topics: ["chat"], checkpoints, from: "latest", ...quiet }).subscribe();
  await until(async () => (await checkpoints.load()).length === 1);
  reading.unsubscribe();
  await write(log, [{ topic: "chat", key: "a", value: "late" }]);
  assertEquals((await readSome(log, { count: 1, checkpoints })).map(textOf), ["late"]);
  await log.close();
});

Deno.test("a sink keeps the order of a partition over a time in which the log is away", async () => {
  const log = memory({ chat: 1 });
  const { deliveries, done } = deliveriesOf(numbered(50));
  log.failNextAppend("unknown-not-written");
  const writing = lastValueFrom(from(deliveries.slice(0, 25)).pipe(logSink(log)));
  log.setAvailable(false, "a test");
  const rest = lastValueFrom(from(deliveries.slice(25)).pipe(logSink(log)));
  await settle();
  assertEquals(done.length, 0);
  log.setAvailable(true);
  await writing;
  await rest;
  const read = await readSome(log, { count: 50, checkpoints: memoryCheckpoints() });
  const first = read.map((one) => Number(textOf(one))).filter((at) => at < 25);
  assertEquals(first, [...Array(25).keys()]);
  assertEquals(done.length, 50);
  await log.close();
});

Deno.test("a record that can never be written ends the job, or goes where it is told to", async () => {
  const log = memory({ chat: 1, dead: 1 });
  const records: OutRecord[] = [
    { topic: "chat", value: "a" },
    { topic: "none", value: "b" },
    { topic: "chat", value: "c", partition: 9 },
    { topic: "chat", value: "d" },
  ];
  const failing = deliveriesOf(records);
  const error = await lastValueFrom(from(failing.deliveries).pipe(logSink(log))).catch((error) => error);
  assertInstanceOf(error, RecordRefused);
  assertEquals(error.refused.record.value, "b");
  assertEquals(failing.done.map(({ value }) => value), ["a", "d"]);

  const { deliveries, done } = deliveriesOf(records);
  await lastValueFrom(
    from(deliveries).pipe(logSink(log, {
      refused: ({ record }) => record.topic === "none" ? { topic: "dead", value: record.value } : undefined,
    })),
  );
  assertEquals(done.map(({ value }) => value).sort(), ["a", "b", "c", "d"]);
  const read = await readSome(log, { count: 1, checkpoints: memoryCheckpoints(), topics: ["dead"] });
  assertEquals(read.map(textOf), ["b"]);
  // What stands for a refused record, and is refused too, would go round for ever.
  const round = deliveriesOf(records.slice(1, 2));
  const again = await lastValueFrom(
    from(round.deliveries).pipe(logSink(log, { refused: () => ({ topic: "nor this", value: null }) })),
  ).catch((error) => error);
  assertInstanceOf(again, RecordRefused);
  await log.close();
});

Deno.test("a bridge between two logs, cut off anywhere, loses nothing, and marks what it brings twice", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tidegate-job-" });
  const from$ = memory({ chat: 2 });
  const to = await openSqliteLog({ path: `${folder}/to.db`, topics: { copy: 2 }, clock, telemetry });
  const checkpoints = memoryCheckpoints();
  const COUNT = 300;
  await write(from$, numbered(COUNT));
  let bridged = 0;
  while (sum(await checkpoints.load()) < COUNT) {
    let left = 40 + bridged % 17;
    await new Promise<void>((resolve) => {
      const bridge = logSource(from$, { topics: ["chat"], checkpoints, saveMs: 2, inFlight: { records: 20 }, ...quiet })
        .pipe(
          map(({ value, done }) => ({ value: copyRecord(value, { topic: "copy", origin: "berlin" }), done })),
          logSink(to),
        ).subscribe({
          next() {
            bridged++;
            if (--left === 0) cut();
          },
        });
      // Also where all of it was written, and not all of that saved.
      const late = setTimeout(() => cut(), 200);
      const cut = () => {
        clearTimeout(late);
        bridge.unsubscribe();
        resolve();
      };
    });
    await settle();
  }
  const ends = await Promise.all([0, 1].map((partition) => firstValueFrom(to.range({ topic: "copy", partition }))));
  const count = ends.reduce((total, { high }) => total + high, 0);
  const copies = await readSome(to, { count, checkpoints: memoryCheckpoints(), topics: ["copy"] });
  const byPlace = Map.groupBy(
    copies,
    (one) => new TextDecoder().decode(one.headers["tidegate-message-id"] as Uint8Array),
  );
  assertEquals(byPlace.size, COUNT);
  for (const twice of byPlace.values()) assertEquals(new Set(twice.map(textOf)).size, 1);
  await from$.close();
  await to.close();
  await Deno.remove(folder, { recursive: true });
});

function sum(positions: readonly { readonly offset: number }[]): number {
  return positions.reduce((total, { offset }) => total + offset, 0);
}

/** Lets what was begun in the background go on for some turns. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 10_000; !await condition();) {
    if (performance.now() > end) throw new Error("Waited 10 s for a condition");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("a sink that has nothing to write does not wait for a log that was never there", async () => {
  const log = memory();
  log.setAvailable(false);
  assertEquals(await lastValueFrom(EMPTY.pipe(logSink(log), toArray())), []);
  await log.close();
});
