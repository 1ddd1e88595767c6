/** The contract of `tail`. */
import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { appendAll, type Contract, contractTests, type Scenario, textRecord, texts } from "./scenario.ts";
import { TailProbe } from "./tail_probe.ts";

/** Where a tail starts, what it emits, and when it stops reading. */
export function tailContract(name: string, contract: Contract): void {
  const test = contractTests(name, contract);
  const openBatches = contract.options.openBatches ?? 8;

  test("a tail from the low end has what was appended before and after", [1], async (scenario) => {
    const { place, append } = single(scenario);
    await append("one", "two");
    const probe = new TailProbe(scenario, { topics: scenario.topics, start: (_, { low }) => low });
    try {
      await probe.reached(place, 2);
      await append("three");
      await probe.reached(place, 3);
      assertEquals(texts(probe.records(place)), ["one", "two", "three"]);
    } finally {
      probe.stop();
    }
  });

  test("a tail from the high end has only what is appended later", [1], async (scenario) => {
    const { place, append } = single(scenario);
    await append("one", "two");
    const probe = new TailProbe(scenario, { topics: scenario.topics });
    try {
      await probe.started(1);
      assertEquals(probe.starts, [{ place, range: { low: 0, high: 2 }, from: 2 }]);
      await append("three");
      await probe.reached(place, 3);
      assertEquals(texts(probe.records(place)), ["three"]);
    } finally {
      probe.stop();
    }
  });

  test("a tail may start in the middle, and a start outside of the range is clamped to it", [3], async (scenario) => {
    const topic = scenario.topics[0]!;
    const places = [0, 1, 2].map((partition) => ({ topic, partition }));
    await appendAll(scenario, places.flatMap((place) => ["a", "b", "c"].map((text) => textRecord(place, text))));
    const probe = new TailProbe(scenario, {
      topics: scenario.topics,
      start: ({ partition }) => [-7, 1, 1_000_000][partition]!,
    });
    try {
      await probe.started(3);
      await appendAll(scenario, places.map((place) => textRecord(place, "d")));
      await Promise.all(places.map((place) => probe.reached(place, 4)));
      assertEquals(places.map((place) => texts(probe.records(place)).join("")), ["abcd", "bcd", "d"]);
      // Asked once for each partition, with the range that it has.
      assertEquals(probe.starts.map(({ place }) => place.partition).sort(), [0, 1, 2]);
      assert(probe.starts.every(({ range }) => range.low === 0 && range.high === 3));
    } finally {
      probe.stop();
    }
  });

  test("a tail follows all partitions of all its topics, and no others", [2, 1, 1], async (scenario) => {
    const [one, two, other] = scenario.topics;
    const places = [{ topic: one!, partition: 0 }, { topic: one!, partition: 1 }, { topic: two!, partition: 0 }];
    const probe = new TailProbe(scenario, { topics: [one!, two!] });
    try {
      await probe.started(3);
      await appendAll(scenario, [
        textRecord({ topic: other!, partition: 0 }, "not followed"),
        ...places.map((place) => textRecord(place, `${place.topic}/${place.partition}`)),
      ]);
      await Promise.all(places.map((place) => probe.reached(place, 1)));
      for (const place of places) assertEquals(texts(probe.records(place)), [`${place.topic}/${place.partition}`]);
      assertEquals(probe.batches.some(({ topic }) => topic === other), false);
    } finally {
      probe.stop();
    }
  });

  test("a tail's last batch says that the reader has caught up", [1], async (scenario) => {
    const { place, append } = single(scenario);
    await append("one", "two", "three");
    const probe = new TailProbe(scenario, { topics: scenario.topics, start: () => 0 });
    try {
      await probe.reached(place, 3);
      assertEquals(probe.batches.at(-1)!.high, 3);
    } finally {
      probe.stop();
    }
  });

  test("two tails are independent of each other", [1], async (scenario) => {
    const { place, append } = single(scenario);
    const slow = new TailProbe(scenario, { topics: scenario.topics, hold: () => true });
    const fast = new TailProbe(scenario, { topics: scenario.topics });
    await Promise.all([slow.started(1), fast.started(1)]);
    const texted = Array.from({ length: openBatches * 3 }, (_, index) => `${index}`);
    for (const [index, text] of texted.entries()) {
      await append(text);
      await fast.reached(place, index + 1);
    }
    assertEquals(texts(fast.records(place)), texted);
    fast.stop();
    slow.release();
    await slow.reached(place, texted.length);
    assertEquals(texts(slow.records(place)), texted);
    slow.stop();
  });

  test(
    "a tail stops reading a partition whose batches are not done, that one only, and goes on when they are",
    [2],
    async (scenario) => {
      const topic = scenario.topics[0]!;
      const [held, free] = [{ topic, partition: 0 }, { topic, partition: 1 }];
      const probe = new TailProbe(scenario, { topics: [topic], hold: ({ partition }) => partition === 0 });
      try {
        await probe.started(2);
        const rounds = openBatches * 3;
        // One round after the other, so that each can be a batch of its own.
        for (let round = 0; round < rounds; round++) {
          await appendAll(scenario, [textRecord(held, `${round}`), textRecord(free, `${round}`)]);
          await probe.reached(free, round + 1);
        }
        assertEquals(probe.records(free).length, rounds);
        assertLessOrEqual(probe.held(held), openBatches + 1);
        assert(probe.records(held).length < rounds, "everything was read though no batch of it was done");
        probe.release();
        await probe.reached(held, rounds);
        assertEquals(texts(probe.records(held)), Array.from({ length: rounds }, (_, round) => `${round}`));
      } finally {
        probe.stop();
      }
    },
  );

  test("after unsubscribing a tail emits nothing more, and new ones start afresh", [1], async (scenario) => {
    const { place, append } = single(scenario);
    const first = new TailProbe(scenario, { topics: scenario.topics, hold: () => true });
    await first.started(1);
    await append("one");
    await first.reached(place, 1);
    first.stop();
    const second = new TailProbe(scenario, { topics: scenario.topics, start: () => 0 });
    await append("two");
    await second.reached(place, 2);
    first.release();
    await append("three");
    await second.reached(place, 3);
    second.stop();
    assertEquals(texts(first.records(place)), ["one"]);
    first.stop();
  });

  test("a tail of an unknown topic errors, and names it", [1], async (scenario) => {
    const probe = new TailProbe(scenario, { topics: [scenario.topics[0]!, "no-such-topic"] });
    await probe.until(() => probe.error !== undefined, "the tail to fail");
    assert(probe.error instanceof Error);
    assertStringIncludes(probe.error.message, "no-such-topic");
    probe.stop();
  });
}

function single(scenario: Scenario) {
  const place = { topic: scenario.topics[0]!, partition: 0 };
  return {
    place,
    append: (...values: string[]) => appendAll(scenario, values.map((text) => textRecord(place, text))),
  };
}
