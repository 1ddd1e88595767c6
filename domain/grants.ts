/** What a token allows its user besides what routes allow. */
import type { UserId } from "./channel.ts";
import { type ChannelPattern, compilePattern } from "./channel_pattern.ts";

/** What a client does on a channel. */
export type Action = "subscribe" | "publish" | "history" | "presence";

/** Every action, in the order of the documentation. */
export const ACTIONS: readonly Action[] = ["subscribe", "publish", "history", "presence"];

/** By action, the channels that a user was granted. */
export type Grants = Readonly<Record<Action, readonly ChannelPattern[]>>;

/** How many patterns one action may have: each is looked at for each request. */
export const MOST_PATTERNS = 100;

/** Nothing. */
export const NO_GRANTS: Grants = { subscribe: [], publish: [], history: [], presence: [] };

/**
 * The grants of a claim such as `{"subscribe":["chat:*","inbox:{user}"],"publish":["chat:lobby"]}`, or what is wrong with it. Actions
 * that are absent are granted nowhere; other members mean nothing. Pure; never throws.
 */
export function parseGrants(claim: unknown, user: UserId): Grants | string {
  if (claim === undefined) return NO_GRANTS;
  if (typeof claim !== "object" || claim === null || Array.isArray(claim)) {
    return "expected an object of channel patterns by action";
  }
  const grants: Record<Action, readonly ChannelPattern[]> = { ...NO_GRANTS };
  for (const action of ACTIONS) {
    const list: unknown = Object.hasOwn(claim, action) ? (claim as Record<Action, unknown>)[action] : [];
    if (!Array.isArray(list)) return `${action}: expected a list of channel patterns`;
    if (list.length > MOST_PATTERNS) return `${action}: expected at most ${MOST_PATTERNS} patterns`;
    const patterns = list.map((text: unknown) => typeof text === "string" ? compilePattern(text, user) : undefined);
    const wrong = patterns.indexOf(undefined);
    if (wrong >= 0) return `${action}[${wrong}]: expected a channel pattern such as "chat:*"`;
    if (patterns.length > 0) grants[action] = patterns as ChannelPattern[];
  }
  return grants;
}
