/** Which channels map to which topic, and how. */
import type { Channel } from "./channel.ts";
import type { Action } from "./grants.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Spare } from "./ports/transport.ts";

/** How a record's key names its partition: Java's and kafkajs' default, or librdkafka's. */
export type PartitionerName = "murmur2" | "crc32";

/** How a record's value is shown to JSON clients. */
export type PayloadKind = "json" | "text" | "bytes";

/** What a record's value holds: the payload as it is, or the envelope of `schema/gateway.capnp`. */
export type ValueKind = "raw" | "capnp";

/**
 * What happens where too much waits for a subscriber that is too slow: it is disconnected, and comes back with its cursor; the oldest
 * publications that wait are left out; or, as soon as it is behind, all but the newest of each channel are. It is told what was left out.
 */
export type SlowPolicy = "disconnect" | Spare["policy"];

/**
 * Who may do something on the channels of a route: every connected user; the user of a `{user}` channel, and whom a token grants it; only
 * whom a token grants it; nobody at all.
 */
export type Access = "everyone" | "owner" | "granted" | "nobody";

/**
 * Whose presence a channel shows: of those on this node; of those on all nodes; or that, and subscribers who may see it are told when a user
 * joins or leaves.
 */
export type PresenceScope = "node" | "shared" | "announced";

/** What a person writes to make a {@linkcode Route}. */
export interface RouteOptions {
  /** A channel pattern with at most one variable, such as `chat:{room}`. */
  readonly channel: string;
  /** The Kafka topic: 1 to 249 of `A-Z a-z 0-9 . _ -`. */
  readonly topic: string;
  /** Default `murmur2`. */
  readonly partitioner?: PartitionerName;
  /** Default `json`. */
  readonly payload?: PayloadKind;
  /** Default `raw`. */
  readonly value?: ValueKind;
  /** Whether the publishing connection gets its own publication. Default true. */
  readonly echo?: boolean;
  /** What happens to a subscriber that is too slow. Default `disconnect`. */
  readonly slow?: SlowPolicy;
  /** Whether a second record, keyed by the sender, keeps the sender's own copy. Only on `{user}`. Default false. */
  readonly sentCopy?: boolean;
  /**
   * Who may do what. What is absent is `owner` on a `{user}` route for all but publishing; else `everyone`, but `granted` to users
   * whom a token made known.
   */
  readonly allow?: Readonly<Partial<Record<Action, Access>>>;
  /** Whose presence its channels show. Default `node`. */
  readonly presenceScope?: PresenceScope;
  /** What its messages go through. Default: nothing. */
  readonly pipeline?: Pipeline;
}

/** A channel pattern and the topic behind it. */
export interface Route extends Required<Omit<RouteOptions, "pipeline">>, Pick<RouteOptions, "pipeline"> {
  /** The text before the variable; all of the pattern where it has none. */
  readonly prefix: string;
  /** The text after the variable. */
  readonly suffix: string;
  /** The variable's name; `undefined` where the pattern is one channel that streams a single-partition topic. */
  readonly variable: string | undefined;
}

const PATTERN = /^([A-Za-z0-9_.:~-]*)(?:\{([a-z][a-z0-9_]*)\}([A-Za-z0-9_.:~-]*))?$/;
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
const VALUE = /^[A-Za-z0-9_.~-]+$/;

/**
 * Makes a route of its options.
 *
 * @throws {TypeError} where the pattern or the topic is not one; the message names the value
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compileRoute, keyOf } from "@tidegate/tidegate";
 *
 * const route = compileRoute({ channel: "chat:{room}", topic: "chat" });
 * assertEquals(keyOf(route, "chat:lobby"), "lobby");
 * ```
 */
export function compileRoute(options: RouteOptions): Route {
  const match = PATTERN.exec(options.channel);
  if (!match || options.channel === "") {
    throw new TypeError(
      `Cannot make a route of channel ${JSON.stringify(options.channel)}: expected A-Z a-z 0-9 _ . : ~ - ` +
        'and at most one variable, as in "chat:{room}"',
    );
  }
  if (!TOPIC.test(options.topic) || options.topic === "." || options.topic === "..") {
    throw new TypeError(
      `Cannot make a route to topic ${JSON.stringify(options.topic)}: expected 1 to 249 of A-Z a-z 0-9 . _ -`,
    );
  }
  const [, prefix = "", variable, suffix = ""] = match;
  const sentCopy = options.sentCopy ?? false;
  if (sentCopy && variable !== "user") {
    throw new TypeError(
      `Cannot keep a sent copy on channel ${JSON.stringify(options.channel)}: its variable must be {user}`,
    );
  }
  const allow = options.allow ?? {};
  const [owned] = Object.entries(allow).find(([, access]) => access === "owner" && variable !== "user") ?? [];
  if (owned !== undefined) {
    throw new TypeError(
      `Cannot let the owner ${owned} on channel ${JSON.stringify(options.channel)}: its variable must be {user}`,
    );
  }
  return {
    channel: options.channel,
    topic: options.topic,
    partitioner: options.partitioner ?? "murmur2",
    payload: options.payload ?? "json",
    value: options.value ?? "raw",
    echo: options.echo ?? true,
    slow: options.slow ?? "disconnect",
    sentCopy,
    allow,
    presenceScope: options.presenceScope ?? "node",
    ...(options.pipeline ? { pipeline: options.pipeline } : {}),
    prefix,
    suffix,
    variable,
  };
}

/**
 * The record key of a channel; `null` on a route without a variable (its channel streams the whole topic), and
 * `undefined` where the channel is none of this route's.
 */
export function keyOf(route: Route, channel: string): string | null | undefined {
  const { prefix, suffix, variable } = route;
  if (variable === undefined) return channel === prefix ? null : undefined;
  if (channel.length <= prefix.length + suffix.length) return undefined;
  if (!channel.startsWith(prefix) || !channel.endsWith(suffix)) return undefined;
  const key = channel.slice(prefix.length, channel.length - suffix.length);
  return VALUE.test(key) ? key : undefined;
}

/** The channel of a record key; `undefined` where the route has none for it. */
export function channelOf(route: Route, key: string | null): Channel | undefined {
  if (route.variable === undefined) return route.prefix as Channel;
  if (key === null || !VALUE.test(key)) return undefined;
  const channel = route.prefix + key + route.suffix;
  return channel.length <= 255 ? channel as Channel : undefined;
}

/** Whether what subscribers get of a route depends on when it comes, so that nobody can go on from a cursor. */
export function isStateful({ pipeline }: Pick<Route, "pipeline">): boolean {
  return pipeline?.outbound?.kind === "over";
}
