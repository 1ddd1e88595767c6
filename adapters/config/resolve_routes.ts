/** The routes of the configuration. */
import { isAbsolute, join } from "node:path";
import { type Action, ACTIONS } from "../../domain/grants.ts";
import { type Access, compileRoute, type Route, type RouteOptions } from "../../domain/route.ts";
import { routeTable } from "../../domain/route_table.ts";
import type { Configuration, PipelineFile } from "./configuration.ts";
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

/** What a file says of its routes. */
type ResolvedRoutes = Pick<Configuration, "routes" | "pipelines">;

/**
 * The routes that a file's `routes` says, compiled, and the modules of their pipelines, which are not loaded yet, or what is wrong with
 * them; the default ones where it is absent.
 */
export function resolveRoutes(
  routes: unknown,
  { folder }: { readonly folder: string },
): { readonly output?: ResolvedRoutes; readonly mistakes: readonly Mistake[] } {
  if (routes === undefined) return { output: { routes: DEFAULT_ROUTES, pipelines: [] }, mistakes: [] };
  if (!Array.isArray(routes) || routes.length === 0) {
    const got = Array.isArray(routes) ? "an empty list" : valueText(routes, { secret: false });
    return { mistakes: [{ path: "routes", message: `expected one [[routes]] at least, got ${got}` }] };
  }
  const mistakes: Mistake[] = [];
  const compiled: Route[] = [];
  const pipelines: PipelineFile[] = [];
  routes.forEach((table: unknown, index) => {
    const path = `routes[${index}]`;
    if (!isTable(table)) {
      mistakes.push({ path, message: `expected a section, got ${valueText(table, { secret: false })}` });
      return;
    }
    const { output, mistakes: wrong } = validateSection(ROUTE, table, { section: "routes", path });
    mistakes.push(...wrong);
    if (!output) return;
    const {
      sent_copy: sentCopy,
      presence_scope: presenceScope,
      channel,
      topic,
      partitioner,
      payload,
      value,
      echo,
      slow,
    } = output;
    const allow = accessOf(output);
    if (output.pipeline !== undefined) pipelines.push({ route: index, path: seenFrom(folder, output.pipeline) });
    attempt(
      path,
      () =>
        compiled.push(
          compileRoute({ channel, topic, partitioner, payload, value, echo, slow, sentCopy, allow, presenceScope }),
        ),
    );
  });
  // Also where some are wrong: the others may overlap, and every mistake is told at once.
  attempt("routes", () => routeTable(compiled));
  return mistakes.length > 0 ? { mistakes } : { output: { routes: compiled, pipelines }, mistakes };

  function attempt(path: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      mistakes.push({ path, message: error.message });
    }
  }
}

/** A path that is seen from a folder, as one that is seen from the working directory. */
function seenFrom(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
