/** Users and tokens that are not let in, as the records of a compacted topic say it. */
import { isUserId, isUuid, type UserId } from "./channel.ts";
import { type Disconnect, disconnect } from "./disconnect.ts";
import { isTooDeep } from "./json_text.ts";
import type { StoredRecord, TopicPartition } from "./log_record.ts";
import type { Identity } from "./ports/authenticator.ts";
import type { Batch, LogState, OffsetRange } from "./ports/log.ts";
import { type ReadPlace, WholeTopic } from "./whole_topic.ts";

/** The topic whose records are the list, unless another one is named. */
export const CONTROL_TOPIC = "tidegate.control";

/** What a record denies: its key is `user:<id>` or `token:<jti>`. */
export type Denied =
  | { readonly kind: "user"; readonly id: UserId }
  | { readonly kind: "token"; readonly id: string };

/** Why, and for how long; the JSON of a record's value. A tombstone lets in again. */
export interface Denial {
  /** For operators; clients are not told. */
  readonly reason?: string;
  /** Milliseconds since 1970; absent: for ever. */
  readonly until?: number;
}

/** What a record did to the list; `problem` where it could not be understood: what it denies is denied for ever then. */
export interface DenialChange {
  /** Whom it denied, or let in again; absent where it is of nobody. */
  readonly denied?: Denied;
  /** What is wrong with it, for the operator. */
  readonly problem?: string;
}

/** The longest token id that a token can have. */
const LONGEST_TOKEN_ID = 256;
/** After so long without having been seen whole the list is not trusted any more, in milliseconds. */
const TRUSTED_MS = 35_000;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The record key of what is denied. */
export function denialKey({ kind, id }: Denied): string {
  return `${kind}:${id}`;
}

/** What a record key denies; `undefined` where it is none. UUIDs of users are in lower case, as the gateway has them. */
export function parseDenialKey(key: string | null): Denied | undefined {
  const [, kind, id = ""] = /^(user|token):(.+)$/s.exec(key ?? "") ?? [];
  if (kind === "token") return id.length <= LONGEST_TOKEN_ID ? { kind, id } : undefined;
  if (kind !== "user" || !isUserId(id)) return undefined;
  return { kind, id: isUuid(id) ? id.toLowerCase() as UserId : id };
}

/**
 * The list of one node. It is fed by its pipeline alone ({@linkcode followDenials}), and asked by everything that lets someone in.
 *
 * Until it was read whole once, and where it could not be read for more than half a minute, nobody is let in.
 */
export class DenyList {
  readonly #denials = new Map<string, Denial>();
  readonly #read: WholeTopic;
  #whole = false;
  #seenAt = -Infinity;
  #purgeAt = 1_000;

  /** Makes a list that is still empty. */
  constructor(topic: string = CONTROL_TOPIC) {
    this.#read = new WholeTopic(topic);
  }

  /** The topic that holds it. */
  get topic(): string {
    return this.#read.topic;
  }

  /** How many denials there are; some may have ended. */
  get size(): number {
    return this.#denials.size;
  }

  /** The partitions that it is in, and where it is to be read on from in each; empty until the topic is known. */
  get places(): readonly ReadPlace[] {
    return this.#read.places;
  }

  /** Takes what the log says of itself. */
  learn(state: LogState, now: number): void {
    this.#read.learn(state);
    this.#look(now);
  }

  /** Begins to read a partition, and says from where: all of it is read. */
  start(place: TopicPartition, range: OffsetRange, now: number): number {
    const from = this.#read.start(place, range);
    this.#look(now);
    return from;
  }

  /** Takes a batch, and says what its records did. */
  take(batch: Batch, now: number): readonly DenialChange[] {
    this.#read.take(batch);
    const changes = batch.records.map((record) => this.#apply(record, now));
    this.#purge(now);
    this.#look(now);
    return changes;
  }

  /** Says that the list was seen to be whole now: nothing that the log has is missing in it. */
  seen(now: number): void {
    if (this.#whole) this.#seenAt = now;
  }

  /** Whether an identity is denied. */
  denies({ user, token }: Pick<Identity, "user" | "token">, now: number): boolean {
    const keys = [denialKey({ kind: "user", id: user }), ...token === undefined ? [] : [`token:${token}`]];
    return keys.some((key) => {
      const denial = this.#denials.get(key);
      return denial !== undefined && now < (denial.until ?? Infinity);
    });
  }

  /** Why the list cannot be trusted now; `undefined` where it can. */
  problem(now: number): string | undefined {
    if (!this.#whole) return "still reading the deny list";
    return now - this.#seenAt > TRUSTED_MS ? "the deny list cannot be read" : undefined;
  }

  /** Why an identity is not let in; `undefined` where it is. */
  refusal(identity: Pick<Identity, "user" | "token">, now: number): Disconnect | undefined {
    const problem = this.problem(now);
    if (problem !== undefined) return disconnect("log_unavailable", problem);
    return this.denies(identity, now) ? disconnect("forbidden", "denied") : undefined;
  }

  #apply({ key, value }: StoredRecord, now: number): DenialChange {
    const denied = parseDenialKey(key);
    if (!denied) return { problem: 'its key is neither "user:" nor "token:" with an id' };
    const name = denialKey(denied);
    if (value === null) {
      this.#denials.delete(name);
      return { denied };
    }
    const denial = parseDenial(value);
    if (typeof denial !== "string" && now >= (denial.until ?? Infinity)) this.#denials.delete(name);
    else this.#denials.set(name, typeof denial === "string" ? {} : denial);
    return typeof denial === "string" ? { denied, problem: denial } : { denied };
  }

  /** The list is whole once all that it had when it was begun was read. */
  #look(now: number): void {
    if (this.#whole || !this.#read.isWhole) return;
    this.#whole = true;
    this.#seenAt = now;
  }

  /** Denials that have ended are forgotten when there are twice as many as the last time. */
  #purge(now: number): void {
    if (this.#denials.size < this.#purgeAt) return;
    for (const [key, { until = Infinity }] of this.#denials) if (until <= now) this.#denials.delete(key);
    this.#purgeAt = Math.max(1_000, this.#denials.size * 2);
  }
}

/** The denial of a record's value, or what is wrong with it. */
function parseDenial(value: Uint8Array): Denial | string {
  let json: unknown;
  try {
    const text = utf8.decode(value);
    json = isTooDeep(text) ? undefined : JSON.parse(text);
  } catch {
    return "its value is no JSON";
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return "its value is no JSON object";
  const { reason, until } = json as Record<string, unknown>;
  if (until !== undefined && typeof until !== "number") return "its until is no number of milliseconds";
  return { ...(typeof reason === "string" ? { reason } : {}), ...(until === undefined ? {} : { until }) };
}
