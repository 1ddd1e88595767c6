import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LogState } from "../../domain/ports/log.ts";
import { compileRoute } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";
import { topicMistakes, topicWarnings } from "../../domain/topic_checks.ts";

const routes = routeTable([
  compileRoute({ channel: "chat:{room}", topic: "chat" }),
  compileRoute({ channel: "prices", topic: "prices" }),
]);

function state(topics: Readonly<Record<string, number>>): LogState {
  const known = Object.entries(topics).map(([name, partitions]) =>
    [name, { partitions, durability: "strong" }] as const
  );
  return { available: true, topics: new Map(known) };
}

Deno.test("topics that fit their routes are no mistake", () => {
  assertEquals(topicMistakes(routes, state({ chat: 6, prices: 1 })), []);
});

Deno.test("a topic that is missing, and one with too many partitions for its channel, are mistakes by name", () => {
  const [missing, many] = topicMistakes(routes, state({ prices: 3 }));
  assertStringIncludes(missing!, "topic chat does not exist");
  assertStringIncludes(many!, "topic prices has 3 partitions");
});

Deno.test("windows that could pass their budget are warned of, with the way out", () => {
  const settings = { duplicates: { offsets: 200_000, ms: 300_000 } };
  assertEquals(topicWarnings(routes, { state: state({ chat: 12, prices: 1 }), settings }), []);
  const [warning] = topicWarnings(routes, { state: state({ chat: 99, prices: 1 }), settings });
  assertStringIncludes(warning!, "3.7 GiB");
  assertStringIncludes(warning!, "limits.dedup_offsets");
});
