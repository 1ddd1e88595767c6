/** One subscription of one client, held against what the log has. */
import { assert, assertEquals } from "@std/assert";
import type { TopicPartition } from "../../../domain/log_record.ts";
import type { Publication } from "../../../domain/publication.ts";
import type { Entry, Ledger, Position } from "./ledger.ts";

/** What the model wants kept of a replay's limits. */
export const REPLAY = { publications: 15, offsets: 40, bytes: 1_000_000 };

/** What is watched. */
export interface Watched {
  readonly ledger: Ledger;
  readonly channel: string;
  readonly place: TopicPartition;
  readonly key: string;
  /** The session that subscribes: it does not get its own copies. */
  readonly session: string;
  /** Where it is to go on from; absent: from now. */
  readonly since?: Since;
}

/** Where a subscription is to go on from. */
export interface Since extends Position {
  /** Whether the cursor names a record, by which another log is told from this one. */
  readonly isFirm: boolean;
}

/** Follows a subscription frame by frame, and fails at the first one that breaks a promise. */
export class Watch {
  readonly #of: Watched;
  readonly #begunIn: number;
  readonly #loose = new Set<string>();
  /** Everything due up to here was delivered; `undefined` before a subscription from now is answered. */
  #position: Position | undefined;
  #live = false;

  constructor(watched: Watched) {
    this.#of = watched;
    this.#begunIn = this.#now().number;
    const { since } = watched;
    this.#position = since && { ...since, life: since.isFirm ? since.life : undefined };
  }

  /** Whether it was answered. */
  get isLive(): boolean {
    return this.#live;
  }

  /** Where the subscription is now. */
  get position(): Position | undefined {
    return this.#position;
  }

  publication(publication: Publication): void {
    const text = textOf(publication);
    if (text?.startsWith('"misplaced')) {
      // It has no place in the channel: it comes while the subscription is live, at most once.
      assert(!this.#loose.has(text), this.#says(`it came twice: ${text}`));
      this.#loose.add(text);
      return;
    }
    const { ledger, place } = this.#of;
    const found = this.#locate(publication);
    assert(found, this.#says(`no record of the log is ${publication.cursor} ${text}`));
    const { life, entry } = found;
    const at = this.#position;
    const part = Number(publication.headers?.part ?? 0);
    assert(at, this.#says("a publication before the answer of a subscription from now"));
    assert(at.life === undefined || at.life === life, this.#says(`${text} is of another log, without a gap`));
    const isRest = entry.offset === at.offset && at.index > 0;
    assert(
      entry.offset > at.offset || isRest,
      this.#says(`${text} at ${entry.offset} after ${at.offset}: again, or out of order`),
    );
    assertEquals(part, isRest ? at.index : 0, this.#says(`part ${part} of ${text} after ${at.offset}, ${at.index}`));
    if (!isRest) this.#nothingDue({ life, after: at, before: entry.offset });
    assert(ledger.mayShow(place, life, entry), this.#says(`a duplicate was shown: ${text} at ${entry.offset}`));
    assertEquals(publication.sender, entry.sender, this.#says("the sender is another"));
    this.#position = { life, offset: entry.offset, index: (part + 1) % ledger.copies(entry.text) };
    assertEquals(
      indexOf(publication.cursor),
      this.#position.index,
      this.#says(`the cursor of part ${part} of ${text}`),
    );
  }

  answered(told: { cursor: string; recovered: boolean; reason?: string }): void {
    const { since } = this.#of;
    const offset = offsetOf(told.cursor);
    const { number } = this.#now();
    this.#live = true;
    const changed = number !== this.#begunIn;
    if (!told.recovered) {
      this.#justify(told.reason, offset);
      this.#position = { life: undefined, offset, index: 0 };
      return;
    }
    assertEquals(told.reason, undefined);
    const at = this.#position;
    if (!since || !at) {
      this.#position = { life: changed ? undefined : number, offset, index: 0 };
      return;
    }
    assert(at.offset <= offset, this.#says(`recovered up to ${offset}, and ${at.offset} was delivered`));
    const life = at.life ?? (changed ? undefined : number);
    if (life !== undefined) this.#nothingDue({ life, after: at, before: offset + 1 });
    this.#position = { life, offset, index: 0 };
  }

  gap(told: { cursor: string; reason: string }): void {
    const { life, number } = this.#now();
    assert(told.reason === "expired" ? life.low > 0 : number > 0, this.#says(`a gap without a cause: ${told.reason}`));
    this.#position = { life: undefined, offset: offsetOf(told.cursor), index: 0 };
  }

  /** Checks, where all is quiet, that a live subscription has got everything. */
  isCaughtUp(): void {
    if (!this.#live || !this.#position) return;
    const { number } = this.#now();
    const { life = number } = this.#position;
    assertEquals(life, number, this.#says("the log is another, and no gap was told"));
    this.#nothingDue({ life, after: this.#position });
  }

  #justify(reason: string | undefined, to: number): void {
    const { since, ledger, place, key } = this.#of;
    assert(since, this.#says(`from now, and not recovered: ${reason}`));
    const { number, life } = this.#now();
    const changed = since.life !== number || this.#begunIn !== number;
    if (reason === "log_changed") return assert(changed, this.#says("log_changed, and it has not"));
    if (reason === "expired") {
      return assert(changed || life.low > since.offset, this.#says(`expired, and the log has it from ${life.low}`));
    }
    assertEquals(reason, "too_far");
    if (changed) return;
    const after = since.offset;
    const count = ledger.due({ place, key, life: number, after: after - 1, before: to + 1 })
      .reduce((sum, { text }) => sum + ledger.copies(text), 0);
    assert(
      to - Math.max(after, -1) > REPLAY.offsets || count > REPLAY.publications || life.low > 0,
      this.#says(`too_far, for ${count} publications`),
    );
  }

  #nothingDue({ after, ...stretch }: { life: number; after: Omit<Position, "life">; before?: number }): void {
    const { ledger, place, key, session } = this.#of;
    const { offset, index } = after;
    // Where a part of a record was seen, the rest of it is due.
    const missed = ledger.due({ place, key, ...stretch, after: index > 0 ? offset - 1 : offset }).filter((entry) =>
      !(entry.to !== undefined && entry.session === session)
    );
    assertEquals(missed, [], this.#says(`missed after ${offset}, ${index}`));
  }

  #locate(publication: Publication): { life: number; entry: Entry } | undefined {
    const { ledger, place, key } = this.#of;
    const offset = offsetOf(publication.cursor);
    const lives = ledger.lives(place);
    for (let life = lives.length - 1; life >= 0; life--) {
      const entry = lives[life]!.entries[offset];
      if (!entry || entry.key !== key || entry.text !== textOf(publication) || entry.time !== publication.time) {
        continue;
      }
      return { life, entry };
    }
    return undefined;
  }

  #now() {
    return this.#of.ledger.now(this.#of.place);
  }

  #says(what: string): string {
    const { channel, session, since } = this.#of;
    return `${channel} of ${session}${since ? ` since ${since.offset} of life ${since.life}` : ""}: ${what}`;
  }
}

/** The offset that a cursor says. */
export function offsetOf(cursor: string): number {
  return Number(cursor.split(".")[3]);
}

/** How many of a record's publications a cursor says were seen; 0 where all were. */
export function indexOf(cursor: string): number {
  return Number(cursor.split(".")[4]);
}

/** The JSON text of a publication; `null` for a tombstone. */
export function textOf({ payload }: Publication): string | null {
  if (payload === null) return null;
  assert(payload.kind === "json");
  return payload.text;
}
