/** What the records of the presence topic say. */
import { type Channel, isChannel, isUserId, type UserId } from "./channel.ts";
import type { LogRecord } from "./log_record.ts";

/** The compacted topic through which gateways tell each other who is present. All of it is in partition 0, so that it has one order. */
export const PRESENCE_TOPIC = "tidegate.presence";

/** A user on a channel. */
export interface Member {
  readonly channel: Channel;
  readonly user: UserId;
}

/** What one record says. */
export type PresenceWord =
  /** A node lives: this is its heartbeat of a number, and it is to be believed gone when it was silent for so long. */
  | { readonly kind: "beat"; readonly node: string; readonly beat: number; readonly expiryMs: number }
  /** A node is gone. */
  | { readonly kind: "gone"; readonly node: string }
  /** A user has so many connections on a channel by a node; 0: the last one is gone. */
  | { readonly kind: "member"; readonly node: string; readonly member: Member; readonly sessions: number };

/** The longest expiry that a node may ask for, in milliseconds: a wrong record must not keep its members for ever. */
const LONGEST_EXPIRY_MS = 3_600_000;

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The record of a word. */
export function presenceRecord(word: PresenceWord): LogRecord {
  const value = valueOf(word);
  return {
    topic: PRESENCE_TOPIC,
    partition: 0,
    key: word.kind === "member" ? `member:${memberName(word.member)}@${word.node}` : `node:${word.node}`,
    value: value && utf8.encode(JSON.stringify(value)),
    headers: {},
  };
}

function valueOf(word: PresenceWord): Readonly<Record<string, number>> | null {
  if (word.kind === "beat") return { beat: word.beat, expiryMs: word.expiryMs };
  return word.kind === "gone" || word.sessions === 0 ? null : { sessions: word.sessions };
}

/** What a record says; `undefined` where it is none of presence. */
export function parsePresence({ key, value }: Pick<LogRecord, "key" | "value">): PresenceWord | undefined {
  const says = value === null ? {} : parseValue(value);
  if (!says) return undefined;
  const [, node] = /^node:(.+)$/s.exec(key ?? "") ?? [];
  if (node !== undefined) {
    if (value === null) return { kind: "gone", node };
    const { beat, expiryMs } = says;
    if (!isWhole(beat, Number.MAX_SAFE_INTEGER) || !isWhole(expiryMs, LONGEST_EXPIRY_MS)) return undefined;
    return { kind: "beat", node, beat, expiryMs };
  }
  const [, channel = "", user = "", by = ""] = /^member:([^/]+)\/([^@]+)@(.+)$/s.exec(key ?? "") ?? [];
  if (!isChannel(channel) || !isUserId(user)) return undefined;
  const member = { channel, user };
  if (value === null) return { kind: "member", node: by, member, sessions: 0 };
  const { sessions } = says;
  return isWhole(sessions, 0xffff_ffff) ? { kind: "member", node: by, member, sessions } : undefined;
}

/** A text that names a member: neither part has a `/`. */
export function memberName({ channel, user }: Member): string {
  return `${channel}/${user}`;
}

function parseValue(value: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text.decode(value.subarray(0, 1_000)));
    return typeof json === "object" && json !== null ? json as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

function isWhole(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= most;
}
