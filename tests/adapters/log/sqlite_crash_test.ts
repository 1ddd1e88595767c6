import { assert, assertEquals, assertGreater, assertMatch, assertRejects } from "@std/assert";
import { firstValueFrom } from "rxjs";
import { openSqliteLog } from "../../../adapters/log/mod.ts";
import { appendAll, readAll, textRecord, texts } from "../../contract/log/scenario.ts";
import { Appender } from "./child.ts";
import { eventually, inFolder, realClock as clock, silent as telemetry } from "./kit.ts";

const topics = { chat: 2 };

Deno.test("what was acknowledged is there after SIGKILL in mid-append, in order, and offsets go on", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    const highs = [0, 0];
    // Killed more than once, at different points of its work.
    for (const acknowledged of [40, 400, 1_500]) {
      const child = new Appender(folder);
      try {
        await eventually(() => child.lines.length > acknowledged || child.errors.length > 0, "appends");
      } finally {
        await child.kill();
      }
      assertEquals(child.errors, []);
      const log = await openSqliteLog({ path, topics, clock, telemetry });
      try {
        await compare(log, { lines: child.lines, highs });
      } finally {
        await log.close();
      }
    }
  }));

async function compare(
  log: Awaited<ReturnType<typeof openSqliteLog>>,
  { lines, highs }: { lines: string[]; highs: number[] },
): Promise<void> {
  const told = lines.map((line) => /^(\d) (\d+) (\d+\.\d+\.\d)$/.exec(line)).filter((match) => match !== null);
  assertGreater(told.length, 30);
  for (const partition of [0, 1]) {
    const place = { topic: "chat", partition };
    const range = await firstValueFrom(log.range(place));
    const { records } = await readAll({ log }, place, { from: 0, to: range.high });
    assertEquals(records.map(({ offset }) => offset), Array.from({ length: range.high }, (_, offset) => offset));
    const values = texts(records).map((text) => text.trim());
    const acknowledged = told.filter((match) => Number(match[1]) === partition);
    for (const [, , offset, text] of acknowledged) assertEquals(values[Number(offset)], text);
    // Each lane's records are there once and in their order: what was not acknowledged was written whole or not at all.
    const lanes = Map.groupBy(values.slice(highs[partition]), (text) => text.split(".")[0]!);
    for (const lane of lanes.values()) {
      const steps = lane.map((text) => Number(text.split(".")[1]) * 10 + Number(text.split(".")[2]));
      assertEquals(steps, [...new Set(steps)].sort((one, other) => one - other));
    }
    assertEquals(await appendAll({ log }, [textRecord(place, "0.0.0")]), [range.high]);
    highs[partition] = range.high + 1;
  }
}

Deno.test("a file that another process has open is refused, and told whose it is; after SIGKILL it is free", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log.sqlite`;
    const child = new Appender(folder);
    try {
      await eventually(() => child.lines.length > 3 || child.errors.length > 0, "the other process");
      const error = await assertRejects(() => openSqliteLog({ path, topics, clock, telemetry }), Error);
      assertEquals(
        error.message,
        `Cannot open ${path}: another process (pid ${child.pid}) has it open; stop it, or use another file`,
      );
    } finally {
      await child.kill();
    }
    const log = await openSqliteLog({ path, topics, clock, telemetry });
    await log.close();
  }));

const canLimit = Deno.build.os === "linux" &&
  await new Deno.Command("prlimit", { args: ["--version"], stdout: "null", stderr: "null" }).output().then(
    ({ success }) => success,
    () => false,
  );

Deno.test({
  name: "a disk that takes no more makes the log unavailable, and nothing else; it goes on when there is room again",
  ignore: !canLimit,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/log.sqlite`;
      // No file may grow over 1 MiB (in blocks of 512 bytes); writing more is an error, not a signal.
      const child = new Appender(folder, "trap '' XFSZ; ulimit -S -f 2048;");
      try {
        await eventually(() => child.lines.some((line) => line.startsWith("away")), "the disk to be full");
        await eventually(() => child.lines.some((line) => line.startsWith("rejected unavailable")), "a rejection");
        const limit = new Deno.Command("prlimit", { args: ["--pid", `${child.pid}`, "--fsize=unlimited"] });
        assert((await limit.output()).success);
        await eventually(() => child.lines.lastIndexOf("available") > 0, "the log to come back");
        const back = child.lines.lastIndexOf("available");
        await eventually(() => child.lines.length > back + 50, "appends to go on");
      } finally {
        await child.kill();
      }
      assertEquals(child.errors, []);
      assertMatch(child.lines.find((line) => line.startsWith("away"))!, /disk/);
      const log = await openSqliteLog({ path, topics, clock, telemetry });
      try {
        await compare(log, { lines: child.lines, highs: [0, 0] });
      } finally {
        await log.close();
      }
    }),
});
