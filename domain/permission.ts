/** Who may do what on which channel. */
import type { UserId } from "./channel.ts";
import { type Failure, failure } from "./failure.ts";
import type { RouteMatch } from "./route_table.ts";

/** What a client does on a channel. */
export type Action = "subscribe" | "publish" | "history" | "presence";

/**
 * Refuses what a user may not do; `undefined` where it is allowed.
 *
 * Behind a trusted proxy and on loopback every connected user may do everything, except that a channel of `{user}` is read by that user alone.
 */
export function authorize(request: { action: Action; user: UserId; match: RouteMatch }): Failure | undefined {
  const { action, user, match } = request;
  if (action === "publish" || match.route.variable !== "user" || match.key === user) return undefined;
  const channel = match.route.prefix + match.key + match.route.suffix;
  return failure(
    "forbidden",
    `Cannot ${action === "subscribe" ? "subscribe to" : `see the ${action} of`} ${channel}: only that user may`,
  );
}
