/** The contract under load: big values, many records, many calls. */
import { assert, assertEquals } from "@std/assert";
import type { LogRecord } from "../../../domain/log_record.ts";
import { appendAll, type Contract, contractTests, readAll, textRecord, texts } from "./scenario.ts";
import { TailProbe } from "./tail_probe.ts";

/** Nothing changes when there is much. */
export function loadContract(name: string, contract: Contract): void {
  const test = contractTests(name, contract);

  test("values of 900 KB go through append, tail and read", [1], async (scenario) => {
    const place = { topic: scenario.topics[0]!, partition: 0 };
    const probe = new TailProbe(scenario, { topics: scenario.topics });
    try {
      await probe.started(1);
      const values = [1, 2, 3].map((seed) =>
        Uint8Array.from({ length: 900_000 }, (_, at) => (at * seed + (at >> 8)) % 256)
      );
      await appendAll(scenario, values.map((value) => ({ ...place, key: "big", value, headers: {} })));
      await probe.reached(place, 3);
      const { records } = await readAll(scenario, place, { from: 0, to: 3, key: "big" });
      for (const found of [probe.records(place), records]) {
        assertEquals(found.length, 3);
        assert(found.every(({ value }, index) => sameBytes(value!, values[index]!)));
      }
    } finally {
      probe.stop();
    }
  });

  test("10,000 records of one call are all appended, in order", [4], async (scenario) => {
    const topic = scenario.topics[0]!;
    const probe = new TailProbe(scenario, { topics: scenario.topics });
    try {
      await probe.started(4);
      const records = Array.from(
        { length: 10_000 },
        (_, index) => textRecord({ topic, partition: index % 4 }, `${index}`),
      );
      const offsets = await appendAll(scenario, records);
      assertEquals(offsets, records.map((_, index) => Math.floor(index / 4)));
      for (const partition of [0, 1, 2, 3]) {
        const place = { topic, partition };
        const expected = Array.from({ length: 2_500 }, (_, index) => `${index * 4 + partition}`);
        await probe.reached(place, 2_500);
        assertEquals(texts(probe.records(place)), expected);
        assertEquals(texts((await readAll(scenario, place, { from: 0, to: 2_500 })).records), expected);
      }
    } finally {
      probe.stop();
    }
  });

  test("100 calls at once are all appended, each in its order, and the calls in theirs", [2], async (scenario) => {
    const topic = scenario.topics[0]!;
    const calls = Array.from(
      { length: 100 },
      (_, call): LogRecord[] =>
        [0, 1, 0, 1].map((partition, index) => textRecord({ topic, partition }, `${call}.${index}`)),
    );
    const offsets = await Promise.all(calls.map((records) => appendAll(scenario, records)));
    assertEquals(offsets, calls.map((_, call) => [call * 2, call * 2, call * 2 + 1, call * 2 + 1]));
    const { records } = await readAll(scenario, { topic, partition: 1 }, { from: 0, to: 200 });
    assertEquals(texts(records), calls.flatMap((_, call) => [`${call}.1`, `${call}.3`]));
  });
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
