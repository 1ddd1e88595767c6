/** Patterns that stand for many channels, in what a token grants. */
import { type Channel, isChannel, type UserId } from "./channel.ts";

/** The most characters that a pattern may have. */
export const LONGEST_PATTERN = 255;

/** Some channels. */
export interface ChannelPattern {
  /** Whether a channel is one of them; its time grows with the channel's length alone. */
  matches(channel: Channel): boolean;
  /** What every channel of the pattern begins with: all of it where it has no wildcard. */
  readonly beginning: string;
  /** Whether the pattern is one channel. */
  readonly isExact: boolean;
}

/** A part between two `:`: the texts around its `*`, or the one text that it is. */
type Segment = readonly [prefix: string, suffix: string] | readonly [text: string];

const REST = "**";
const SEGMENT = /^(?:[A-Za-z0-9_.~-]+|[A-Za-z0-9_.~-]*\*[A-Za-z0-9_.~-]*)$/;

/**
 * Compiles a pattern for a user; `undefined` where it is none.
 *
 * A pattern is a channel name in which `*` stands for one or more characters but `:`, once in each part between two `:`;
 * `**`, only as the last part, for one or more parts; and `{user}`, as a whole part, for the user's id. No part is empty, and no
 * wildcard takes an empty part. There is no escape: what `{user}` stands for has no wildcard.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { compilePattern, isChannel, isUserId } from "@tidegate/tidegate";
 *
 * const [user, lobby] = ["ann", "chat:lobby"];
 * assert(isUserId(user) && isChannel(lobby));
 * assert(compilePattern("chat:*", user)?.matches(lobby));
 * assertEquals(compilePattern("inbox:{user}", user)?.beginning, "inbox:ann");
 * assertEquals(compilePattern("chat:", user), undefined);
 * ```
 */
export function compilePattern(text: string, user: UserId): ChannelPattern | undefined {
  if (text.length > LONGEST_PATTERN) return undefined;
  const parts = text.split(":");
  const open = parts.at(-1) === REST;
  if (open) parts.pop();
  const bound = parts.map((part) => part === "{user}" ? user : part);
  if (!bound.every((part) => SEGMENT.test(part))) return undefined;
  const segments = bound.map((part) => part.split("*") as unknown as Segment);
  const star = bound.findIndex((part) => part.includes("*"));
  if (star < 0 && !open) return new ExactPattern(bound.join(":"));
  const whole = bound.slice(0, star < 0 ? bound.length : star).map((part) => `${part}:`).join("");
  return new WildPattern(star < 0 ? whole : whole + segments[star]![0], { segments, open });
}

class ExactPattern implements ChannelPattern {
  constructor(readonly beginning: string) {}

  get isExact(): boolean {
    return true;
  }

  matches(channel: Channel): boolean {
    return channel === this.beginning;
  }
}

class WildPattern implements ChannelPattern {
  readonly #segments: readonly Segment[];
  readonly #open: boolean;

  constructor(readonly beginning: string, parts: { readonly segments: readonly Segment[]; readonly open: boolean }) {
    this.#segments = parts.segments;
    this.#open = parts.open;
  }

  get isExact(): boolean {
    return false;
  }

  matches(channel: Channel): boolean {
    // Most patterns of a token are about other channels: what they begin with tells.
    return channel.startsWith(this.beginning) && fits(channel, this.#segments, this.#open);
  }
}

function fits(channel: Channel, segments: readonly Segment[], open: boolean): boolean {
  if (!isChannel(channel)) return false;
  const parts = channel.split(":");
  if (open ? parts.length <= segments.length : parts.length !== segments.length) return false;
  return parts.every((part, at) => part !== "" && (segments[at] === undefined || takes(segments[at], part)));
}

function takes([prefix, suffix]: Segment, part: string): boolean {
  if (suffix === undefined) return part === prefix;
  return part.length > prefix.length + suffix.length && part.startsWith(prefix) && part.endsWith(suffix);
}
