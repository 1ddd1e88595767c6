/** All routes of a gateway: which one a channel has, and which channels a record shows on. */
import { keyOf, type Route } from "./route.ts";

/** What the pattern of a route made of a channel. */
export interface RouteMatch {
  /** The route whose pattern the channel matches. */
  readonly route: Route;
  /** The record key: the variable's value, or `null` on a route without a variable. */
  readonly key: string | null;
}

/** Routes whose patterns do not overlap. */
export interface RouteTable {
  /** Every route, in the order in which they were given. */
  readonly routes: readonly Route[];
  /** The topics of all routes, each once. */
  readonly topics: readonly string[];
  /** The route of a channel; `undefined` where none has it. */
  find(channel: string): RouteMatch | undefined;
  /** The routes that show a topic's records. */
  ofTopic(topic: string): readonly Route[];
}

/**
 * Puts routes together.
 *
 * @throws {TypeError} where some channel would match two routes; the message names both patterns
 */
export function routeTable(routes: readonly Route[]): RouteTable {
  routes.forEach((route, index) => {
    const other = routes.slice(0, index).find((earlier) => overlap(earlier, route));
    if (other) {
      throw new TypeError(
        `Cannot use routes ${JSON.stringify(other.channel)} and ${JSON.stringify(route.channel)} together: ` +
          "a channel can match both; give them prefixes that differ",
      );
    }
  });
  const byTopic = Map.groupBy(routes, (route) => route.topic);
  return {
    routes,
    topics: [...byTopic.keys()],
    find(channel) {
      for (const route of routes) {
        const key = keyOf(route, channel);
        if (key !== undefined) return { route, key };
      }
      return undefined;
    },
    ofTopic: (topic) => byTopic.get(topic) ?? [],
  };
}

/** Whether some channel matches both patterns: whether the product of their automata reaches its end. */
function overlap(a: Route, b: Route): boolean {
  const left = tokens(a);
  const right = tokens(b);
  const seen = new Set<number>();
  const queue: [number, number][] = [[0, 0]];
  for (let state = queue.pop(); state; state = queue.pop()) {
    const [i, j] = state;
    const id = i * (right.length + 1) + j;
    if (seen.has(id)) continue;
    seen.add(id);
    if (i === left.length && j === right.length) return true;
    const x = left[i];
    const y = right[j];
    if (x === undefined || y === undefined || !meets(x, y)) continue;
    queue.push([i + 1, j + 1]);
    if (x === VARIABLE) queue.push([i, j + 1]);
    if (y === VARIABLE) queue.push([i + 1, j]);
    if (x === VARIABLE && y === VARIABLE) queue.push([i, j]);
  }
  return false;
}

/** The token of one or more characters of a variable's value. */
const VARIABLE = "{}";

function tokens(route: Route): string[] {
  return [...route.prefix, ...(route.variable === undefined ? [] : [VARIABLE]), ...route.suffix];
}

/** Whether two tokens can take the same character. */
function meets(a: string, b: string): boolean {
  if (a === VARIABLE) return b !== ":";
  if (b === VARIABLE) return a !== ":";
  return a === b;
}
