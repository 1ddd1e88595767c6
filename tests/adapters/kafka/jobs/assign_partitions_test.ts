import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { assignPartitions } from "../../../../adapters/kafka/group/assign_partitions.ts";
import { readAssignment, writeAssignment } from "../../../../adapters/kafka/wire/consumer_protocol.ts";
import { holds } from "../../../holds.ts";

const topics = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 9 }), { minKeys: 1 });
const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 });

Deno.test("every partition goes to one member, and members of the same topics get as many, or one more", () => {
  holds(fc.property(topics, members, (counts, names) => {
    const all = Object.keys(counts);
    const dealt = assignPartitions(names.map((member) => ({ member, topics: all })), new Map(Object.entries(counts)));
    const given = [...dealt.values()].flat().map(({ topic, partition }) => `${topic}/${partition}`);
    const expected = Object.entries(counts).flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => `${topic}/${partition}`)
    );
    assertEquals(given.sort(), expected.sort());
    const shares = [...dealt.values()].map((partitions) => partitions.length);
    assertEquals(shares.length, names.length);
    assertEquals(Math.max(...shares) - Math.min(...shares) <= 1, true);
    for (const share of dealt.values()) {
      const byTopic = share.toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition);
      const read = readAssignment(writeAssignment(share));
      assertEquals(read.sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition), byTopic);
    }
  }));
});

Deno.test("a member gets nothing of a topic that it does not read", () => {
  const dealt = assignPartitions(
    [{ member: "x", topics: ["a"] }, { member: "y", topics: ["a", "b"] }],
    new Map([["a", 2], ["b", 3]]),
  );
  assertEquals(dealt.get("x")!.every(({ topic }) => topic === "a"), true);
  assertEquals([...dealt.values()].flat().length, 5);
});
