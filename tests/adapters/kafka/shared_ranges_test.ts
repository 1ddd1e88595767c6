import { assertEquals, assertRejects } from "@std/assert";
import { sharedRanges } from "../../../adapters/kafka/shared_ranges.ts";

const PLACE = { topic: "chat", partition: 0 };

/** Questions that the test answers, oldest first: with the end of the partition, or not at all. */
function scene() {
  const questions: PromiseWithResolvers<{ readonly ranges: ReadonlyMap<number, { low: number; high: number }> }>[] = [];
  const asked: string[] = [];
  const ask = sharedRanges(({ topic, partition }) => {
    asked.push(`${topic}/${partition}`);
    const question = Promise.withResolvers<{ readonly ranges: ReadonlyMap<number, { low: number; high: number }> }>();
    questions.push(question);
    return question.promise;
  });
  const high = async (partition = 0) => (await ask({ ...PLACE, partition })).ranges.get(partition)!.high;
  const answer = async (end: number) => {
    questions.shift()!.resolve({ ranges: new Map([[0, { low: 0, high: end }], [1, { low: 0, high: end }]]) });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { asked, high, answer, fail: () => questions.shift()!.reject(new Error("away")) };
}

Deno.test("ranges: who asks while a question is under way gets the answer to the next one, with all the others", async () => {
  const { asked, high, answer } = scene();
  const first = high();
  const crowd = Array.from({ length: 100 }, () => high());
  await answer(5);
  assertEquals([await first, asked.length], [5, 2]);
  await answer(7);
  assertEquals([new Set(await Promise.all(crowd)), asked.length], [new Set([7]), 2]);
});

Deno.test("ranges: who asks when nothing is under way asks anew", async () => {
  const { asked, high, answer } = scene();
  for (const end of [1, 2, 3]) {
    const told = high();
    await answer(end);
    assertEquals(await told, end);
  }
  assertEquals(asked.length, 3);
});

Deno.test("ranges: a question that fails is the matter of those who asked it", async () => {
  const { high, answer, fail } = scene();
  const first = assertRejects(() => high(), Error, "away");
  const second = high();
  fail();
  await first;
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  await answer(4);
  assertEquals(await second, 4);
});

Deno.test("ranges: partitions do not wait for one another", async () => {
  const { asked, high, answer } = scene();
  const told = [high(0), high(1)];
  assertEquals(asked, ["chat/0", "chat/1"]);
  await answer(1);
  await answer(2);
  assertEquals(await Promise.all(told), [1, 2]);
});
