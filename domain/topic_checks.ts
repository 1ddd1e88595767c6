/** Whether the topics of a log are fit for the routes. */
import type { LogState } from "./ports/log.ts";
import type { RouteTable } from "./route_table.ts";
import type { GatewaySettings } from "./settings.ts";

/** About how many bytes one message in a duplicate window takes. */
const WINDOW_ENTRY_BYTES = 200;

/** From so many bytes on, the duplicate windows are worth a warning. */
const WINDOW_BUDGET_BYTES = 1024 ** 3;

/** What makes a gateway on these topics wrong, a sentence each. */
export function topicMistakes(routes: RouteTable, state: LogState): string[] {
  return routes.routes.flatMap((route) => {
    const partitions = state.topics.get(route.topic)?.partitions;
    if (partitions === undefined) return [`Cannot use route ${route.channel}: topic ${route.topic} does not exist`];
    if (route.variable !== undefined || partitions === 1) return [];
    return [
      `Cannot use route ${route.channel}: topic ${route.topic} has ${partitions} partitions, and a channel without ` +
      "a variable needs a topic of one partition",
    ];
  });
}

/** What an operator should know of these topics, a sentence each. A log tells by itself where its durability is weak. */
export function topicWarnings(
  routes: RouteTable,
  { state, settings }: { state: LogState; settings: Pick<GatewaySettings, "duplicates"> },
): string[] {
  const partitions = routes.topics.reduce((sum, name) => sum + (state.topics.get(name)?.partitions ?? 0), 0);
  const bytes = partitions * settings.duplicates.offsets * WINDOW_ENTRY_BYTES;
  if (bytes <= WINDOW_BUDGET_BYTES) return [];
  return [
    `The duplicate windows can grow to ${(bytes / 1024 ** 3).toFixed(1)} GiB under full load: lower ` +
    "limits.dedup_offsets, on all nodes alike, or give the process more memory",
  ];
}
