import { assertEquals } from "@std/assert";
import { clusterViews } from "../../../adapters/kafka/cluster_view.ts";
import { KAFKA_ERRORS } from "../../../adapters/kafka/wire/errors.ts";
import type { MetadataResponse, TopicMetadata } from "../../../adapters/kafka/wire/metadata.ts";

function answer(...topics: TopicMetadata[]): MetadataResponse {
  return { brokers: [{ nodeId: 1, host: "kafka", port: 9092 }], controller: 1, topics };
}

function there(name: string, replicas = [[1, 2, 3], [1, 2]]): TopicMetadata {
  return {
    error: 0,
    name,
    id: "aa",
    partitions: replicas.map((each, partition) => ({
      error: 0,
      partition,
      leader: each[0]!,
      leaderEpoch: 4,
      replicas: each,
      inSync: each.slice(1),
    })),
  };
}

const gone: TopicMetadata = {
  error: KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION,
  name: "chat",
  id: undefined,
  partitions: [],
};

Deno.test("a view has addresses, leaders and the fewest replicas of a topic", () => {
  const view = clusterViews()(answer(there("chat")));
  assertEquals([...view.brokers], [[1, "kafka:9092"]]);
  const topic = view.topics.get("chat")!;
  assertEquals([...topic.partitions], [
    [0, { leader: 1, leaderEpoch: 4, inSync: 2 }],
    [1, { leader: 1, leaderEpoch: 4, inSync: 1 }],
  ]);
  assertEquals({ id: topic.id, replicas: topic.replicas }, { id: "aa", replicas: 2 });
});

Deno.test("a topic is missing after three answers in a row, and kept until then", () => {
  const fold = clusterViews();
  const seen = [there("chat"), gone, gone, there("chat"), gone, gone, gone, gone, there("chat")].map((topic) => {
    const { topics, missing, unsure } = fold(answer(topic));
    return [topics.has("chat"), missing.length, unsure];
  });
  const [sure, unsure, lost] = [[true, 0, false], [true, 0, true], [false, 1, false]];
  assertEquals(seen, [sure!, unsure!, unsure!, sure!, unsure!, unsure!, lost!, lost!, sure!]);
});

Deno.test("a topic that was never there is not missing at once either", () => {
  const fold = clusterViews();
  const missing = [1, 2, 3].map(() => fold(answer(gone)).missing.length);
  assertEquals(missing, [0, 0, 1]);
});

Deno.test("a topic that may not be seen is forbidden, not missing", () => {
  const view = clusterViews()(answer({ ...gone, error: KAFKA_ERRORS.TOPIC_AUTHORIZATION_FAILED }));
  assertEquals({ forbidden: view.forbidden, unsure: view.unsure }, { forbidden: ["chat"], unsure: false });
});

Deno.test("a topic that may be seen, and not read, is told apart where the broker says so", () => {
  const topics = [{ ...there("no"), mayRead: false }, { ...there("yes"), mayRead: true }, there("unsaid")];
  const view = clusterViews()(answer(...topics, { ...gone, mayRead: false }));
  assertEquals({ unreadable: view.unreadable, topics: [...view.topics.keys()] }, {
    unreadable: ["no"],
    topics: ["no", "yes", "unsaid"],
  });
});
