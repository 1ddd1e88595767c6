/** Who may do what on which channel. */
import type { Channel } from "./channel.ts";
import { type Failure, failure } from "./failure.ts";
import type { Action, Grants } from "./grants.ts";
import type { Identity } from "./ports/authenticator.ts";
import type { Access, Route } from "./route.ts";
import type { RouteMatch } from "./route_table.ts";

/** What someone wants to do. */
export interface PermissionRequest {
  /** What they want to do. */
  readonly action: Action;
  /** Who they are. */
  readonly identity: Pick<Identity, "user" | "grants">;
  /** Where. */
  readonly channel: Channel;
  /** The route of that channel. */
  readonly match: RouteMatch;
}

/**
 * Refuses what a user may not do; `undefined` where it is allowed: by the route, or by what a token grants.
 *
 * An identity without grants comes from a trusted proxy or from loopback: what its route says nothing of is for everyone. One with
 * grants, of a token, may do nothing that neither the route nor the token allows. In both, the channel of a `{user}` is read by
 * that user alone unless the route says otherwise, or a token grants it by a pattern that spells the beginning of such channels
 * out: `user:*` does, `**` does not.
 */
export function authorize(request: PermissionRequest): Failure | undefined {
  const { action, identity, channel, match: { route, key } } = request;
  const access = route.allow[action] ?? usualAccess(route, request);
  if (access === "everyone") return undefined;
  if (access === "owner" && key === identity.user) return undefined;
  if (access !== "nobody" && identity.grants && isGranted(identity.grants, request)) return undefined;
  const why = access === "nobody"
    ? "nobody may"
    : access === "owner"
    ? "only that user may"
    : identity.grants
    ? "the token does not grant it"
    : "only a token can grant it";
  return failure("forbidden", `Cannot ${PHRASES[action]} ${channel}: ${why}`);
}

const PHRASES: Readonly<Record<Action, string>> = {
  subscribe: "subscribe to",
  publish: "publish to",
  history: "see the history of",
  presence: "see the presence of",
};

function usualAccess(route: Route, { action, identity }: PermissionRequest): Access {
  if (action !== "publish" && route.variable === "user") return "owner";
  return identity.grants ? "granted" : "everyone";
}

function isGranted(grants: Grants, { action, channel, match: { route } }: PermissionRequest): boolean {
  const isPrivate = action !== "publish" && route.variable === "user";
  return grants[action].some((pattern) =>
    pattern.matches(channel) && (!isPrivate || pattern.isExact || spellsOut(pattern.beginning, route.prefix))
  );
}

/** Whether a wildcard is meant for the channels of users: it begins as they do. */
function spellsOut(beginning: string, prefix: string): boolean {
  return beginning !== "" && beginning.startsWith(prefix);
}
