import { assertEquals } from "@std/assert";
import { WholeTopic } from "../../domain/whole_topic.ts";
import { CONTROL_TOPIC } from "../../domain/deny_list.ts";

const TOPIC = CONTROL_TOPIC;
const topics = new Map([[TOPIC, { partitions: 2, durability: "strong" as const }]]);
const batch = (partition: number, to: number) => {
  return { topic: TOPIC, partition, from: 0, to, high: to, records: [], done: () => {} };
};

Deno.test("a topic is whole once all that every partition had when it was begun was read, and stays so", () => {
  const topic = new WholeTopic(TOPIC);
  assertEquals(topic.start({ topic: TOPIC, partition: 0 }, { low: 3, high: 5 }), 3);
  topic.learn({ available: true, topics });
  topic.take(batch(0, 5));
  assertEquals([topic.isWhole, topic.places.map(({ next }) => next)], [false, [5, undefined]]);
  topic.start({ topic: TOPIC, partition: 1 }, { low: 0, high: 2 });
  topic.take(batch(1, 1));
  assertEquals(topic.isWhole, false);
  topic.take(batch(1, 2));
  assertEquals(topic.isWhole, true);
  topic.start({ topic: TOPIC, partition: 0 }, { low: 0, high: 9 });
  assertEquals([topic.isWhole, topic.places[0]?.next], [true, 0]);
});

Deno.test("an empty topic is whole as soon as its partitions are known, and one that is not there is not", () => {
  const topic = new WholeTopic(TOPIC);
  topic.learn({ available: true, topics: new Map() });
  assertEquals([topic.isWhole, topic.places], [false, []]);
  topic.learn({ available: true, topics });
  for (const partition of [0, 1]) topic.start({ topic: TOPIC, partition }, { low: 0, high: 0 });
  assertEquals(topic.isWhole, true);
});
