/** The contract of `read` and `range`. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { firstValueFrom } from "rxjs";
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { Batch, ReadRange } from "../../../domain/ports/log.ts";
import {
  all,
  appendAll,
  type Contract,
  contractTests,
  PATIENCE_MS,
  readAll,
  type Scenario,
  textRecord,
  texts,
} from "./scenario.ts";

/** What a bounded read covers. */
export function readContract(name: string, contract: Contract): void {
  const test = contractTests(name, contract);

  test("range tells the offsets, once", [2], async (scenario) => {
    const topic = scenario.topics[0]!;
    assertEquals(await all(scenario.log.range({ topic, partition: 0 })), [{ low: 0, high: 0 }]);
    await appendAll(scenario, [textRecord({ topic, partition: 1 }, "a"), textRecord({ topic, partition: 1 }, "b")]);
    assertEquals(await all(scenario.log.range({ topic, partition: 0 })), [{ low: 0, high: 0 }]);
    assertEquals(await all(scenario.log.range({ topic, partition: 1 })), [{ low: 0, high: 2 }]);
  });

  test("a read covers its range exactly", [2], async (scenario) => {
    const place = await letters(scenario, "abcdefghij");
    for (const [from, to] of [[0, 10], [0, 1], [3, 7], [9, 10]] as const) {
      const { batches, records } = await readAll(scenario, place, { from, to });
      assertCovers(batches, { from, to });
      assertEquals(texts(records).join(""), "abcdefghij".slice(from, to));
      assertEquals(records.map(({ offset }) => offset), Array.from({ length: to - from }, (_, index) => from + index));
      assert(batches.every((batch) => batch.high === 10 && batch.topic === place.topic && batch.partition === 0));
    }
  });

  test("a read of an empty range completes without records", [1], async (scenario) => {
    const place = await letters(scenario, "abc");
    for (const from of [0, 1, 3]) {
      const { batches } = await readAll(scenario, place, { from, to: from });
      assertCovers(batches, { from, to: from });
    }
  });

  test("a read beyond the high end ends early, at the high end", [1], async (scenario) => {
    const place = await letters(scenario, "abc");
    const some = await readAll(scenario, place, { from: 1, to: 1_000_000 });
    assertCovers(some.batches, { from: 1, to: 3 });
    assertEquals(texts(some.records), ["b", "c"]);
    for (const from of [3, 50]) assertEquals((await readAll(scenario, place, { from, to: 60 })).records, []);
  });

  test("a read of an empty partition completes", [1], async (scenario) => {
    const place = { topic: scenario.topics[0]!, partition: 0 };
    assertEquals((await readAll(scenario, place, { from: 0, to: 10 })).records, []);
  });

  test("a read for a key has all of the key's records, and covers its range", [1], async (scenario) => {
    const place = { topic: scenario.topics[0]!, partition: 0 };
    const keys = ["red", "blue", null, "red", "", "blue", "red", "blue", "blue"];
    await appendAll(scenario, keys.map((key, index) => textRecord(place, `${index}`, key)));
    for (const [key, expected] of [["red", "036"], ["blue", "1578"], ["", "4"], ["green", ""]] as const) {
      const { batches, records } = await readAll(scenario, place, { from: 0, to: 9, key });
      assertCovers(batches, { from: 0, to: 9 });
      assertEquals(texts(records.filter((record) => record.key === key)).join(""), expected);
      const offsets = records.map(({ offset }) => offset);
      assertEquals(offsets, [...new Set(offsets)].sort((one, other) => one - other));
    }
  });

  test("a read emits the next batch only when the one before is done", [1], async (scenario) => {
    const place = { topic: scenario.topics[0]!, partition: 0 };
    const value = new Uint8Array(900_000);
    for (let index = 0; index < 8; index++) await appendAll(scenario, [{ ...place, key: null, value, headers: {} }]);
    const batches: Batch[] = [];
    let wake = () => {};
    let ended = false;
    const subscription = scenario.log.read(place, { from: 0, to: 8 }).subscribe({
      next: (batch) => (batches.push(batch), wake()),
      complete: () => (ended = true, wake()),
    });
    const some = (condition: () => boolean) => eventually(condition, (resolve) => wake = resolve);
    try {
      let taken = 0;
      while (!ended) {
        await some(() => ended || batches.length > taken);
        if (ended) break;
        // Whatever was asked for before these would have come by now.
        await firstValueFrom(scenario.log.range(place));
        await readAll(scenario, place, { from: 0, to: 1 });
        assertEquals(batches.length, taken + 1);
        batches[taken++]!.done();
      }
    } finally {
      subscription.unsubscribe();
    }
    assertCovers(batches, { from: 0, to: 8 });
    assertGreater(batches.length, 1, "7 MB came as one batch");
  });

  test("unsubscribing from a read stops it", [1], async (scenario) => {
    const place = await letters(scenario, "abc");
    const seen: Batch[] = [];
    const subscription = scenario.log.read(place, { from: 0, to: 3 }).subscribe((batch) => seen.push(batch));
    subscription.unsubscribe();
    const before = seen.length;
    for (const batch of seen) batch.done();
    await readAll(scenario, place, { from: 0, to: 3 });
    assertEquals(seen.length, before);
  });

  test("read and range of an unknown topic or partition error, and name it", [1], async (scenario) => {
    const topic = scenario.topics[0]!;
    for (const place of [{ topic: "no-such-topic", partition: 0 }, { topic, partition: 1 }, { topic, partition: -1 }]) {
      for (const ask of [() => readAll(scenario, place, { from: 0, to: 1 }), () => all(scenario.log.range(place))]) {
        const error = await assertRejects(ask);
        assertInstanceOf(error, Error);
        assertStringIncludes(error.message, place.topic);
        assertStringIncludes(error.message, String(place.partition));
      }
    }
  });
}

/** Throws unless the batches follow one another from the start of a range to its end. */
export function assertCovers(batches: readonly Batch[], { from, to }: Pick<ReadRange, "from" | "to">): void {
  let next = from;
  for (const batch of batches) {
    assertEquals(batch.from, next, "a batch does not start where the one before it ended");
    assert(batch.to >= batch.from && batch.records.every(({ offset }) => offset >= batch.from && offset < batch.to));
    next = batch.to;
  }
  assertEquals(next, to, "the batches end elsewhere than the range");
}

async function letters(scenario: Scenario, word: string): Promise<TopicPartition> {
  const place = { topic: scenario.topics[0]!, partition: 0 };
  await appendAll(scenario, [...word].map((letter) => textRecord(place, letter)));
  return place;
}

async function eventually(condition: () => boolean, onWake: (resolve: () => void) => void): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms for a batch`);
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => (onWake(resolve), timer = setTimeout(resolve, 1_000)));
    clearTimeout(timer);
  }
}
