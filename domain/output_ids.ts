/** The message ids of what one publish becomes. */
import type { RouteMatch } from "./route_table.ts";

/**
 * An id for each output of a publish, in order: the publish's own for the first one of a record key, `<id>#2` for the second, and
 * so on. A publish that is sent again gives the same ids to the same outputs, so that they count once, and none counts for another.
 *
 * Clients cannot choose an id with `#`.
 */
export function outputIds(messageId: string, matches: readonly RouteMatch[]): string[] {
  if (matches.length === 1) return [messageId];
  const seen = new Map<string, number>();
  return matches.map(({ route: { topic }, key }) => {
    // Two routes of a topic can name one key.
    const place = `${topic}\n${key ?? ""}`;
    const count = (seen.get(place) ?? 0) + 1;
    seen.set(place, count);
    return count === 1 ? messageId : `${messageId}#${count}`;
  });
}
