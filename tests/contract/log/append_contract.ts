/** The contract of `append`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { LogRecord, RecordHeaders } from "../../../domain/log_record.ts";
import { all, appendAll, type Contract, contractTests, offsetsOf, readAll, textRecord, texts } from "./scenario.ts";
import { TailProbe } from "./tail_probe.ts";

/** Outcomes, order and content of what is appended. */
export function appendContract(name: string, contract: Contract): void {
  const test = contractTests(name, contract);

  test("append gives each record one outcome, and completes", [2, 1], async ({ log, topics: [one, two] }) => {
    const places = [[one, 0], [two, 0], [one, 1], [one, 0], [two, 0]] as const;
    const records = places.map(([topic, partition], index) => textRecord({ topic: topic!, partition }, `${index}`));
    const outcomes = await all(log.append(records));
    assertEquals(outcomes.map(({ index }) => index).sort(), [0, 1, 2, 3, 4]);
    assertEquals(offsetsOf(outcomes, 5), [0, 0, 0, 1, 1]);
  });

  test("an append of no records completes", [1], async ({ log }) => {
    assertEquals(await all(log.append([])), []);
  });

  test("an append starts on subscription, not before", [1], async (scenario) => {
    const place = { topic: scenario.topics[0]!, partition: 0 };
    scenario.log.append([textRecord(place, "never")]);
    const [offset] = await appendAll(scenario, [textRecord(place, "asked for")]);
    const { records } = await readAll(scenario, place, { from: 0, to: offset! + 1 });
    assertEquals(texts(records), ["asked for"]);
  });

  test("records keep the order of calls and, in a call, of the array", [2], async (scenario) => {
    const topic = scenario.topics[0]!;
    const calls = Array.from(
      { length: 20 },
      (_, call) =>
        Array.from({ length: 7 }, (_, index) => textRecord({ topic, partition: index % 2 }, `${call}.${index}`)),
    );
    // All are subscribed to before the first can have an outcome.
    await Promise.all(calls.map((records) => appendAll(scenario, records)));
    for (const partition of [0, 1]) {
      const { records } = await readAll(scenario, { topic, partition }, { from: 0, to: 1_000 });
      const expected = calls.flatMap((call) => call.filter((record) => record.partition === partition));
      assertEquals(texts(records), expected.map(({ value }) => new TextDecoder().decode(value!)));
    }
  });

  test("an outcome's offset is where the record is read", [2], async (scenario) => {
    const topic = scenario.topics[0]!;
    const records = Array.from({ length: 9 }, (_, index) => textRecord({ topic, partition: index % 2 }, `${index}`));
    const offsets = await appendAll(scenario, records);
    for (const [index, { partition }] of records.entries()) {
      const offset = offsets[index]!;
      const found = await readAll(scenario, { topic, partition }, { from: offset, to: offset + 1 });
      assertEquals(found.records.map((record) => [record.offset, record.partition]), [[offset, partition]]);
      assertEquals(texts(found.records), [`${index}`]);
    }
  });

  test("keys, values and headers come back as they were given", [1], async (scenario) => {
    const place = { topic: scenario.topics[0]!, partition: 0 };
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const part = every.subarray(3, 9);
    const given: LogRecord[] = [
      { ...place, key: null, value: null, headers: {} },
      { ...place, key: "tombstone", value: null, headers: { why: every } },
      { ...place, key: "", value: new Uint8Array(), headers: { empty: new Uint8Array() } },
      { ...place, key: "größe ☃ 😀", value: every, headers: { "größe ☃": part, "": part } },
      {
        ...place,
        key: "a\u0000b",
        value: part,
        headers: { twice: [part, every], three: [part, part, new Uint8Array()] },
      },
    ];
    const before = Date.now();
    const probe = new TailProbe(scenario, { topics: scenario.topics, start: () => 0 });
    try {
      const offsets = await appendAll(scenario, given);
      await probe.reached(place, offsets.at(-1)! + 1);
      const read = await readAll(scenario, place, { from: 0, to: offsets.at(-1)! + 1 });
      for (const records of [read.records, probe.records(place)]) {
        assertEquals(records.map(plain), given.map(plain));
        // A minute of slack: another machine's clock may be the log's.
        const [early, late] = [before - 60_000, Date.now() + 60_000];
        assert(records.every(({ time }) => Number.isInteger(time) && time > early && time < late));
      }
    } finally {
      probe.stop();
    }
  });

  test(
    "a record of an unknown topic or partition is rejected as invalid, the others are appended",
    [2],
    async (scenario) => {
      const topic = scenario.topics[0]!;
      const outcomes = await all(scenario.log.append([
        textRecord({ topic, partition: 1 }, "first"),
        textRecord({ topic: "no-such-topic", partition: 0 }, "lost"),
        textRecord({ topic, partition: 2 }, "lost"),
        textRecord({ topic, partition: -1 }, "lost"),
        textRecord({ topic, partition: 1 }, "second"),
      ]));
      assertEquals(outcomes.length, 5);
      const by = outcomes.toSorted((one, other) => one.index - other.index);
      assertEquals(by.map((outcome) => outcome.kind), ["appended", "rejected", "rejected", "rejected", "appended"]);
      for (const outcome of by) if (outcome.kind === "rejected") assertEquals(outcome.reason, "invalid");
      assert(by[1]!.kind === "rejected");
      assertStringIncludes(by[1]!.message, "no-such-topic");
      const { records } = await readAll(scenario, { topic, partition: 1 }, { from: 0, to: 10 });
      assertEquals(texts(records), ["first", "second"]);
    },
  );

  test("unsubscribing from an append cancels nothing", [1], async (scenario) => {
    const place = { topic: scenario.topics[0]!, partition: 0 };
    const probe = new TailProbe(scenario, { topics: scenario.topics, start: () => 0 });
    try {
      scenario.log.append([textRecord(place, "one"), textRecord(place, "two")]).subscribe().unsubscribe();
      await probe.reached(place, 2);
      assertEquals(texts(probe.records(place)), ["one", "two"]);
    } finally {
      probe.stop();
    }
  });
}

/** A record in a shape in which one header and a list of one are the same. */
function plain({ key, value, headers }: LogRecord): unknown {
  return { key, value: value && Array.from(value), headers: plainHeaders(headers) };
}

function plainHeaders(headers: RecordHeaders): unknown {
  return Object.entries(headers)
    .map((
      [header, value],
    ) => [header, (value instanceof Uint8Array ? [value] : value).map((bytes) => Array.from(bytes))])
    .sort(([one], [other]) => String(one) < String(other) ? -1 : 1);
}
