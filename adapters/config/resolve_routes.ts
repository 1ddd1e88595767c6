/** The routes of the configuration. */
import { type Action, ACTIONS } from "../../domain/grants.ts";
import { type Access, compileRoute, type Route, type RouteOptions } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";
import { type Mistake, valueText } from "./configuration_error.ts";
import { ROUTE } from "./route_settings.ts";
import { isTable, validateSection } from "./validate_section.ts";

/** The routes of a gateway that was told none. */
export const DEFAULT_ROUTES: readonly Route[] = [
  compileRoute({ channel: "chat:{room}", topic: "chat" }),
  compileRoute({ channel: "user:{user}", topic: "direct", sentCopy: true }),
];

/** What a table says of each action; what it does not say is absent. */
function accessOf(table: Readonly<Partial<Record<Action, Access | undefined>>>): NonNullable<RouteOptions["allow"]> {
  return Object.fromEntries(
    ACTIONS.flatMap((action) => table[action] === undefined ? [] : [[action, table[action]]]),
  );
}

/** The routes that a file's `routes` says, compiled, or what is wrong with them; the default ones where it is absent. */
export function resolveRoutes(
  routes: unknown,
): { readonly output?: readonly Route[]; readonly mistakes: readonly Mistake[] } {
  if (routes === undefined) return { output: DEFAULT_ROUTES, mistakes: [] };
  if (!Array.isArray(routes) || routes.length === 0) {
    const got = Array.isArray(routes) ? "an empty list" : valueText(routes, { secret: false });
    return { mistakes: [{ path: "routes", message: `expected one [[routes]] at least, got ${got}` }] };
  }
  const mistakes: Mistake[] = [];
  const compiled: Route[] = [];
  routes.forEach((table: unknown, index) => {
    const path = `routes[${index}]`;
    if (!isTable(table)) {
      mistakes.push({ path, message: `expected a section, got ${valueText(table, { secret: false })}` });
      return;
    }
    const { output, mistakes: wrong } = validateSection(ROUTE, table, { section: "routes", path });
    mistakes.push(...wrong);
    if (!output) return;
    const { sent_copy: sentCopy, channel, topic, partitioner, payload, value, echo } = output;
    const allow = accessOf(output);
    attempt(
      path,
      () => compiled.push(compileRoute({ channel, topic, partitioner, payload, value, echo, sentCopy, allow })),
    );
  });
  // Also where some are wrong: the others may overlap, and every mistake is told at once.
  attempt("routes", () => routeTable(compiled));
  return mistakes.length > 0 ? { mistakes } : { output: compiled, mistakes };

  function attempt(path: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      mistakes.push({ path, message: error.message });
    }
  }
}
