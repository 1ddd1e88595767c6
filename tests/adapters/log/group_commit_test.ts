import { assertEquals, assertGreater } from "@std/assert";
import { Observable, VirtualTimeScheduler } from "rxjs";
import { GroupCommit } from "../../../adapters/log/sqlite/group_commit.ts";
import { LinkFailure } from "../../../adapters/log/sqlite/link.ts";
import type { WorkerAnswers, WorkerRequests } from "../../../adapters/log/sqlite/messages.ts";
import { readSlab } from "../../../adapters/log/sqlite/record_slab.ts";
import { ReadLane } from "../../../adapters/log/sqlite/read_lane.ts";
import { SqlitePartition } from "../../../adapters/log/sqlite/sqlite_partition.ts";
import type { LogRecord } from "../../../domain/log_record.ts";
import { LogUnavailable, type Outcome } from "../../../domain/ports/log.ts";
import { textRecord } from "../../contract/log/scenario.ts";

const place = { topic: "chat", partition: 0 };

/** A worker that answers when it is told to. */
class SlowLink {
  readonly asked: { kind: string; ask: unknown; settle: PromiseWithResolvers<unknown> }[] = [];

  request<Kind extends keyof WorkerRequests>(kind: Kind, ask: WorkerRequests[Kind]): Promise<WorkerAnswers[Kind]> {
    const settle = Promise.withResolvers<unknown>();
    this.asked.push({ kind, ask, settle });
    return settle.promise as Promise<WorkerAnswers[Kind]>;
  }

  /** How many records the n-th commit has. */
  size(index: number): number {
    return readSlab((this.asked[index]!.ask as WorkerRequests["append"]).slab, place).length;
  }

  async answer(index: number, first: number): Promise<void> {
    this.asked[index]!.settle.resolve({ firsts: [[7, first]], bytes: 0 });
    await turn();
  }
}

/** Lets what follows a settled promise happen. */
async function turn(): Promise<void> {
  for (let count = 0; count < 10; count++) await Promise.resolve();
}

function setUp() {
  const link = new SlowLink();
  const scheduler = new VirtualTimeScheduler();
  scheduler.maxFrames = 0;
  const partition = new SqlitePartition(place, new ReadLane(link, scheduler));
  partition.ref = 7;
  const failures: string[] = [];
  const commits: GroupCommit = new GroupCommit({
    link,
    scheduler,
    stored: (to, record) => to.run.push(record),
    committed: () => {},
    failed: (message) => {
      failures.push(message);
      commits.rejectWaiting("the log is away");
    },
  });
  const append = (...records: LogRecord[]): Outcome[] => {
    const outcomes: Outcome[] = [];
    new Observable<Outcome>((subscriber) => {
      const call = { subscriber, left: records.length };
      records.forEach((record, index) => commits.add(call, index, { partition, record }));
      commits.pump();
    }).subscribe((outcome) => outcomes.push(outcome));
    return outcomes;
  };
  const pass = (ms: number) => {
    scheduler.maxFrames += ms;
    scheduler.flush();
  };
  return { link, partition, commits, failures, append, pass, scheduler };
}

Deno.test("all appends that come while one is written go with the next commit, in order", async () => {
  const { link, append } = setUp();
  const first = append(textRecord(place, "0"));
  const others = Array.from({ length: 100 }, (_, index) => append(textRecord(place, `${index + 1}`)));
  assertEquals(link.asked.length, 1);
  await link.answer(0, 40);
  assertEquals(first, [{ kind: "appended", index: 0, offset: 40 }]);
  assertEquals(link.asked.length, 2);
  assertEquals(link.size(1), 100);
  await link.answer(1, 41);
  assertEquals(others, others.map((_, index) => [{ kind: "appended", index: 0, offset: 41 + index }]));
});

Deno.test("a commit is bounded in records and in bytes", async () => {
  const { link, append } = setUp();
  append(...Array.from({ length: 25_000 }, () => textRecord(place, "")));
  assertEquals(link.size(0), 10_000);
  await link.answer(0, 0);
  assertEquals(link.size(1), 10_000);
  await link.answer(1, 10_000);
  append(...Array.from({ length: 20 }, () => ({ ...place, key: null, value: new Uint8Array(1_000_000), headers: {} })));
  assertEquals(link.size(2), 5_000);
  await link.answer(2, 20_000);
  assertEquals(link.size(3), 9);
});

Deno.test("a disk that does not answer: what is being written is unknown, what waits is rejected, and late news is taken", async () => {
  const { link, append, pass, failures, partition } = setUp();
  const writing = append(textRecord(place, "a"), textRecord(place, "b"));
  const waiting = append(textRecord(place, "c"));
  pass(9_999);
  assertEquals([writing, waiting], [[], []]);
  pass(1);
  assertEquals(writing.map(({ kind }) => kind), ["unknown", "unknown"]);
  assertEquals(waiting.map(({ kind }) => kind), ["rejected"]);
  assertEquals(failures, ["the disk has not answered for 10 s"]);
  await link.answer(0, 0);
  assertEquals(writing.length, 2);
  assertEquals(partition.high, 2);
  assertEquals(link.asked.length, 1);
});

Deno.test("a failed commit is rejected where it is certain that nothing was written, else unknown", async () => {
  for (const [problem, kind] of [["disk", "rejected"], ["unknown", "unknown"]] as const) {
    const { link, append, failures, partition, commits } = setUp();
    const outcomes = append(textRecord(place, "a"));
    const behind = append(textRecord(place, "b"));
    const idle = commits.idle();
    link.asked[0]!.settle.reject(new LinkFailure(problem, "disk I/O error"));
    await turn();
    assertEquals(outcomes.map((outcome) => outcome.kind), [kind]);
    assertEquals(behind.map((outcome) => outcome.kind), ["rejected"]);
    assertEquals(failures, ["disk I/O error"]);
    assertEquals(partition.high, 0);
    await idle;
  }
});

Deno.test("what waits for a slow disk is bounded", () => {
  const { append } = setUp();
  const value = new Uint8Array(8 * 1024 * 1024);
  const calls = Array.from({ length: 12 }, () => append({ ...place, key: null, value, headers: {} }));
  const rejected = calls.filter(([outcome]) => outcome?.kind === "rejected" && outcome.reason === "unavailable");
  assertGreater(rejected.length, 2);
  assertEquals(calls.slice(0, 7).flat(), []);
});

Deno.test("a read that the disk does not answer fails in 10 seconds; few are under way at once", async () => {
  const { link, pass, scheduler } = setUp();
  const lane = new ReadLane(link, scheduler);
  const answers: unknown[] = [];
  const wanted = [true, true, true, false, true];
  for (const [index, still] of wanted.entries()) {
    const request = { from: index, to: index + 1, wanted: () => still };
    lane.read({ ref: 7, ...place }, request, (piece) => answers[index] = piece);
  }
  assertEquals(link.asked.length, 2);
  link.asked[0]!.settle.resolve({ to: 1, slab: new ArrayBuffer() });
  await turn();
  assertEquals(answers[0], { to: 1, records: [] });
  assertEquals(link.asked.length, 3);
  pass(10_000);
  assertEquals(answers.map((answer) => answer instanceof LogUnavailable), [false, true, true, true, true]);
  // The answers that come too late change nothing, and those who gave up are not asked for.
  for (const index of [1, 2]) link.asked[index]!.settle.resolve({ to: index + 1, slab: new ArrayBuffer() });
  await turn();
  assertEquals(link.asked.length, 3);
});
