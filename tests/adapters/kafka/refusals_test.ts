import { assertEquals } from "@std/assert";
import type { ClusterView } from "../../../adapters/kafka/cluster_view.ts";
import { refusals } from "../../../adapters/kafka/refusals.ts";

/** A view of topics, by name with how many replicas of each of their partitions are in sync. */
function viewOf(topics: Readonly<Record<string, readonly number[]>>): ClusterView {
  const views = Object.entries(topics).map(([name, partitions]) => {
    const places = partitions.map((inSync, at) => [at, { leader: 1, leaderEpoch: 1, inSync }] as const);
    return [name, { id: "aa", partitions: new Map(places), replicas: 3 }] as const;
  });
  return {
    brokers: new Map(),
    controller: 1,
    topics: new Map(views),
    missing: [],
    forbidden: [],
    unreadable: [],
    unsure: false,
  };
}

/** What a fold says at each time, in seconds, of what is seen then. */
function told(
  steps: readonly (readonly [number, Readonly<Record<string, readonly number[]>>])[],
  minInSync = { chat: 2 },
) {
  const fold = refusals();
  const needed = new Map(Object.entries(minInSync));
  return steps.map(([seconds, topics]) =>
    [...fold({ view: viewOf(topics), minInSync: needed, now: seconds * 1_000 })].map(([topic]) => topic)
  );
}

Deno.test("a topic refuses appends once all of its partitions have been short of replicas for more than 10 s", () => {
  assertEquals(told([[0, { chat: [1, 1] }], [10, { chat: [1, 0] }], [10.1, { chat: [1, 1] }]]), [[], [], ["chat"]]);
});

Deno.test("a topic takes appends again as soon as one of its partitions has enough replicas", () => {
  assertEquals(told([[0, { chat: [1, 1] }], [11, { chat: [1, 1] }], [12, { chat: [1, 2] }]]), [[], ["chat"], []]);
});

Deno.test("a topic that is short again has its whole time again", () => {
  const steps: Parameters<typeof told>[0] = [[0, { chat: [1] }], [8, { chat: [2] }], [9, { chat: [1] }], [12, {
    chat: [1],
  }], [20, { chat: [1] }]];
  assertEquals(told(steps), [[], [], [], [], ["chat"]]);
});

Deno.test("a topic of which some partitions are short is served", () => {
  assertEquals(told([[0, { chat: [1, 3, 1] }], [60, { chat: [1, 3, 1] }]]), [[], []]);
});

Deno.test("of a topic whose configuration is not known, or that is gone, nothing is said", () => {
  assertEquals(told([[0, { news: [1] }], [60, { news: [1] }]]), [[], []]);
  assertEquals(told([[0, { chat: [1] }], [11, {}], [12, { chat: [1] }]]), [[], [], []]);
});

Deno.test("the reason tells how many replicas there are, and how many an append needs", () => {
  const fold = refusals();
  const standing = { view: viewOf({ chat: [0, 1] }), minInSync: new Map([["chat", 2]]) };
  fold({ ...standing, now: 0 });
  assertEquals(fold({ ...standing, now: 11_000 }).get("chat"), "at most 1 of 2 replicas in sync that an append needs");
});
