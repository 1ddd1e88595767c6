import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { VirtualTimeScheduler } from "rxjs";
import { consoleTelemetry, type ConsoleTelemetryOptions } from "../../../adapters/telemetry/mod.ts";
import type { Level } from "../../../domain/ports/telemetry.ts";

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const NOW = Date.UTC(2026, 10, 23, 6, 40, 8, 123);

function recorder(options: Partial<ConsoleTelemetryOptions> = {}) {
  const lines: string[] = [];
  const scheduler = new VirtualTimeScheduler();
  let at = NOW;
  scheduler.now = () => at;
  const telemetry = consoleTelemetry({
    format: "json",
    level: "info",
    write: (line) => void lines.push(line),
    clock: { scheduler },
    terminal: false,
    ...options,
  });
  const objects = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { telemetry, lines, objects, pass: (ms: number) => at += ms };
}

Deno.test("a JSON line has the time, the level, the message and the fields, in this order", () => {
  const { telemetry, lines } = recorder();
  telemetry.note("warn", "log is away", { topic: "chat", attempts: 3, fatal: false, absent: undefined });
  assertEquals(lines, [
    '{"time":"2026-11-23T06:40:08.123Z","level":"warn","message":"log is away","topic":"chat","attempts":3,"fatal":false}',
  ]);
});

Deno.test("fields cannot take the place of what every line has", () => {
  const { telemetry, objects } = recorder();
  telemetry.note("info", "hello", { message: "fake", level: "error", time: 0, repeated: 9 });
  assertEquals(objects(), [{
    time: "2026-11-23T06:40:08.123Z",
    level: "info",
    message: "hello",
    message_: "fake",
    level_: "error",
    time_: 0,
    repeated_: 9,
  }]);
});

Deno.test("numbers that JSON lacks are shown as text", () => {
  const { telemetry, objects } = recorder();
  telemetry.note("info", "numbers", { a: NaN, b: -Infinity, c: 1.5 });
  const [{ a, b, c }] = objects() as [Record<string, unknown>];
  assertEquals([a, b, c], ["NaN", "-Infinity", 1.5]);
});

Deno.test("a readable line has quotes where a value would be read as something else", () => {
  const { telemetry, lines } = recorder({ format: "text" });
  telemetry.note("error", "cannot append", {
    topic: "chat",
    reason: "no leader",
    empty: "",
    sum: "a=b",
    n: 5,
    ok: true,
  });
  assertEquals(lines, [
    '2026-11-23T06:40:08.123Z ERROR cannot append topic=chat reason="no leader" empty="" sum="a=b" n=5 ok=true',
  ]);
});

Deno.test("auto is text on a terminal and JSON elsewhere", () => {
  for (const [terminal, json] of [[true, false], [false, true]] as const) {
    const { telemetry, lines } = recorder({ format: "auto", terminal, noColour: true });
    telemetry.note("info", "hello");
    assertEquals(lines[0]!.startsWith("{"), json);
  }
});

Deno.test("colours are on a terminal only, and not where the operator wants none", () => {
  const coloured = (options: Partial<ConsoleTelemetryOptions>) => {
    const { telemetry, lines } = recorder({ format: "text", ...options });
    telemetry.note("info", "hello", { a: 1 });
    return lines[0]!.includes("\x1b[");
  };
  assert(coloured({ terminal: true }));
  assert(!coloured({ terminal: true, noColour: true }));
  assert(!coloured({ terminal: false }));
  assert(!coloured({ terminal: true, format: "json" }));
});

Deno.test("lines below the level are left out", () => {
  const levels: Level[] = ["debug", "info", "warn", "error"];
  for (const [index, level] of levels.entries()) {
    const { telemetry, objects } = recorder({ level });
    for (const said of levels) telemetry.note(said, `a line of ${said}`);
    assertEquals(objects().map((line) => line.level), levels.slice(index));
  }
});

Deno.test("a message is held to one line a second, and the next one says how many were left out", () => {
  const { telemetry, objects, pass } = recorder();
  for (let n = 0; n < 5; n++) telemetry.note("warn", "bad record", { n });
  telemetry.note("warn", "another");
  pass(999);
  telemetry.note("warn", "bad record", { n: 5 });
  pass(1);
  telemetry.note("warn", "bad record", { n: 6 });
  pass(1000);
  telemetry.note("warn", "bad record", { n: 7 });
  assertEquals(objects().map(({ message, n, repeated }) => [message, n, repeated]), [
    ["bad record", 0, undefined],
    ["another", undefined, undefined],
    ["bad record", 6, 5],
    ["bad record", 7, undefined],
  ]);
});

Deno.test("a message that goes on is written less and less often, and none of it is lost", () => {
  const { telemetry, objects, pass } = recorder();
  const times: number[] = [];
  for (let second = 0; second < 3600; second++) {
    const before = objects().length;
    telemetry.note("warn", "Cannot reach Kafka");
    if (objects().length > before) times.push(second);
    pass(1000);
  }
  assertEquals(times.slice(0, 6), [0, 1, 2, 3, 4, 6]);
  assert(times.length < 90, `${times.length} lines an hour`);
  assert(times.every((time, at) => at === 0 || time - times[at - 1]! <= 60));
  assertEquals(objects().reduce((sum, { repeated }) => sum + 1 + Number(repeated ?? 0), 0), times.at(-1)! + 1);
});

Deno.test("a message that comes again after a quiet time is written at once", () => {
  const { telemetry, objects, pass } = recorder();
  for (let second = 0; second < 600; second++) {
    telemetry.note("warn", "Cannot reach Kafka");
    pass(1000);
  }
  pass(10_000);
  const before = objects().length;
  for (let n = 0; n < 2; n++) {
    telemetry.note("warn", "Cannot reach Kafka");
    pass(1000);
  }
  assertEquals(objects().length, before + 2);
});

Deno.test("lines below the level do not count as repeats", () => {
  const { telemetry, objects, pass } = recorder();
  telemetry.note("debug", "same");
  telemetry.note("info", "same");
  telemetry.note("debug", "same");
  pass(1000);
  telemetry.note("info", "same");
  assertEquals(objects().map(({ repeated }) => repeated), [undefined, undefined]);
});

Deno.test("a clock that was set back holds no message back", () => {
  const { telemetry, lines, pass } = recorder();
  telemetry.note("info", "hello");
  pass(-3_600_000);
  telemetry.note("info", "hello");
  assertEquals(lines.length, 2);
});

Deno.test("what was left out of a message that is forgotten is still told", () => {
  const { telemetry, objects, lines } = recorder();
  telemetry.note("warn", "flood");
  telemetry.note("warn", "flood");
  for (let n = 0; n < 500; n++) telemetry.note("info", `message ${n}`);
  assertEquals(objects().filter(({ message }) => message === "flood").map(({ repeated }) => repeated), [undefined, 1]);
  assertEquals(lines.length, 502);
});

Deno.test("no message and no field can start a line of its own, in either format", () => {
  const field = fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.boolean(), fc.constant(undefined));
  const fields = fc.dictionary(fc.oneof(fc.string({ unit: "binary" }), fc.constant("__proto__")), field);
  fc.assert(fc.property(fc.string({ unit: "binary" }), fields, (message, fields) => {
    for (const format of ["json", "text"] as const) {
      const { telemetry, lines } = recorder({ format });
      telemetry.note("info", message, fields);
      assertEquals(lines.length, 1);
      assertNotMatch(lines[0]!, UNSAFE);
      if (format === "json") assertEquals(JSON.parse(lines[0]!).level, "info");
    }
  }));
});

Deno.test("a field named __proto__ is shown", () => {
  const { telemetry, lines } = recorder();
  telemetry.note("info", "hello", JSON.parse('{"__proto__":"x"}'));
  assertStringIncludes(lines[0]!, '"__proto__":"x"');
});

Deno.test("long values are cut", () => {
  const { telemetry, lines } = recorder();
  telemetry.note("info", "m".repeat(100_000), { v: "v".repeat(100_000) });
  assert(lines[0]!.length < 2_200, `${lines[0]!.length}`);
});

Deno.test("nothing that goes wrong in writing reaches the gateway", () => {
  const { telemetry, pass } = recorder({
    write: () => {
      throw new Deno.errors.BrokenPipe();
    },
  });
  telemetry.note("error", "hello");
  pass(NaN);
  telemetry.note("error", "at no time");
});

Deno.test("counters add up, and can be read by name", () => {
  const { telemetry } = recorder();
  const counters = telemetry.counters();
  telemetry.count("gaps");
  telemetry.count("gaps");
  telemetry.count("records_read", 500);
  telemetry.count("replays", 0);
  assertEquals([...counters], [["gaps", 2], ["records_read", 500]]);
});

Deno.test("a counter never goes down and never becomes NaN", () => {
  const { telemetry } = recorder();
  telemetry.count("gaps", 3);
  telemetry.count("gaps", -1);
  telemetry.count("gaps", NaN);
  assertEquals(telemetry.counters().get("gaps"), 3);
});
