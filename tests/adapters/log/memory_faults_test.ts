import { assertEquals } from "@std/assert";
import { TestScheduler } from "rxjs/testing";
import { VirtualTimeScheduler } from "rxjs";
import { memoryLog, type MemoryLogOptions } from "../../../adapters/log/mod.ts";
import type { LogRecord } from "../../../domain/log_record.ts";
import type { Batch, OffsetRange, Outcome } from "../../../domain/ports/log.ts";
import { textRecord, texts } from "../../contract/log/scenario.ts";

const place = { topic: "chat", partition: 0 };

/** A log in virtual time: nothing happens until it is told to. */
function setUp(options: Pick<MemoryLogOptions, "retention"> = {}) {
  const scheduler = new VirtualTimeScheduler();
  scheduler.maxFrames = 0;
  const log = memoryLog({ topics: { chat: 1 }, clock: { scheduler }, ...options });
  const pass = (ms = 0) => {
    scheduler.maxFrames += ms;
    scheduler.flush();
    scheduler.frame = scheduler.maxFrames;
  };
  const append = (...values: string[]): Outcome[] => {
    const outcomes: Outcome[] = [];
    log.append(values.map((text): LogRecord => textRecord(place, text))).subscribe((outcome) => outcomes.push(outcome));
    return outcomes;
  };
  const tail = (from = 0): Batch[] => {
    const batches: Batch[] = [];
    log.tail({ topics: ["chat"], start: () => from }).subscribe((batch) => {
      batches.push(batch);
      batch.done();
    });
    return batches;
  };
  const range = (): OffsetRange => {
    let found: OffsetRange | undefined;
    log.range(place).subscribe((told) => found = told);
    return found!;
  };
  return { log, pass, append, tail, range };
}

const shown = (batches: readonly Batch[]) => batches.flatMap(({ records }) => texts(records));

Deno.test("in virtual time outcomes and batches come in the same frame, but not at once", () => {
  const { pass, append, tail } = setUp();
  const batches = tail();
  const outcomes = append("a", "b");
  assertEquals([outcomes, batches], [[], []]);
  pass();
  assertEquals(outcomes.map(({ kind }) => kind), ["appended", "appended"]);
  assertEquals(shown(batches), ["a", "b"]);
  // What was appended in one turn is one batch.
  assertEquals(batches.length, 1);
});

Deno.test("marble tests can drive a log in memory", () => {
  const scheduler = new TestScheduler((actual, expected) => assertEquals(actual, expected));
  scheduler.run(({ expectObservable, cold, flush }) => {
    const log = memoryLog({ topics: { chat: 1 }, clock: { scheduler } });
    const outcome = { kind: "appended", index: 0, offset: 0 };
    cold("--a").subscribe(() => expectObservable(log.append([textRecord(place, "x")])).toBe("--(a|)", { a: outcome }));
    flush();
    expectObservable(log.range(place)).toBe("--(a|)", { a: { low: 0, high: 1 } });
  });
});

Deno.test("while the log is away appends are rejected and tails are silent; then they go on", () => {
  const { log, pass, append, tail } = setUp();
  const states: unknown[] = [];
  log.state.subscribe(({ available, reason }) => states.push([available, reason]));
  const batches = tail();
  append("a");
  log.setAvailable(false, "gone fishing");
  pass();
  const refused = append("lost");
  const late = tail();
  pass();
  assertEquals(refused, [
    { kind: "rejected", index: 0, reason: "unavailable", message: "the log is away: gone fishing" },
  ]);
  assertEquals([shown(batches), shown(late)], [[], []]);
  log.setAvailable(true);
  append("b");
  pass();
  assertEquals([shown(batches), shown(late)], [["a", "b"], ["a", "b"]]);
  assertEquals(states, [[true, undefined], [false, "gone fishing"], [true, undefined]]);
});

Deno.test("an append with an unknown outcome is in the log or not, as the test wishes", () => {
  for (const [how, kept] of [["unknown-but-written", ["a"]], ["unknown-not-written", []]] as const) {
    const { log, pass, append, tail } = setUp();
    const batches = tail();
    log.failNextAppend(how);
    const [first, second] = [append("a"), append("b")];
    pass();
    assertEquals(first.map(({ kind }) => kind), ["unknown"]);
    assertEquals(second.map(({ kind }) => kind), ["appended"]);
    assertEquals(shown(batches), [...kept, "b"]);
  }
});

Deno.test("appends that are held are written when they are let go, in order", () => {
  const { log, pass, append, tail } = setUp();
  const batches = tail();
  log.holdAppends(true);
  const outcomes = [append("a"), append("b")];
  pass();
  assertEquals([outcomes, batches], [[[], []], []]);
  log.holdAppends(false);
  pass();
  assertEquals(shown(batches), ["a", "b"]);
  assertEquals(outcomes.flat().length, 2);
});

Deno.test("a topic that is made anew is told to tails and to reads under way", () => {
  const { log, pass, append, tail, range } = setUp();
  append("a", "b", "c");
  pass();
  const batches = tail();
  pass();
  log.recreate("chat");
  append("x");
  pass();
  assertEquals(batches.map(({ from, to, lost }) => [from, to, lost]), [
    [0, 3, undefined],
    [3, 0, "log_changed"],
    [0, 1, undefined],
  ]);
  assertEquals(shown(batches), ["a", "b", "c", "x"]);
  assertEquals(range(), { low: 0, high: 1 });

  append(..."y".repeat(2_000));
  const read: Batch[] = [];
  log.read(place, { from: 0, to: 2_001 }).subscribe((batch) => read.push(batch));
  log.recreate("chat");
  read[0]!.done();
  pass();
  assertEquals(read.map(({ from, to, lost }) => [from, to, lost]), [[0, 1_000, undefined], [
    1_000,
    2_001,
    "log_changed",
  ]]);
});

Deno.test("records in memory expire by age and by bytes", () => {
  const aged = setUp({ retention: { ageMs: 1_000 } });
  aged.append("a");
  aged.pass(600);
  aged.append("b");
  aged.pass(500);
  assertEquals(aged.range(), { low: 1, high: 2 });
  aged.pass(600);
  assertEquals(aged.range(), { low: 2, high: 2 });

  const sized = setUp({ retention: { bytes: 10_000 } });
  for (let count = 0; count < 50; count++) sized.append("x".repeat(936));
  assertEquals(sized.range(), { low: 40, high: 50 });
});

Deno.test("a record over the limit is rejected as too large, the others are not", () => {
  const { log, pass } = setUp();
  const outcomes: Outcome[] = [];
  const value = new Uint8Array(17 * 1024 * 1024);
  log.append([{ ...place, key: null, value, headers: {} }, textRecord(place, "small")])
    .subscribe((outcome) => outcomes.push(outcome));
  pass();
  assertEquals(outcomes.map((outcome) => outcome.kind === "rejected" ? outcome.reason : outcome.kind), [
    "too_large",
    "appended",
  ]);
});

Deno.test("saying done() twice makes no room for two", () => {
  const { log, pass, append } = setUp();
  const batches: Batch[] = [];
  log.tail({ topics: ["chat"], start: () => 0 }).subscribe((batch) => batches.push(batch));
  for (let count = 0; count < 10; count++) {
    append("x");
    pass();
  }
  const open = batches.length;
  for (let count = 0; count < 5; count++) batches[0]!.done();
  for (let count = 0; count < 3; count++) {
    append("x");
    pass();
  }
  assertEquals(batches.length, open + 1);
});
