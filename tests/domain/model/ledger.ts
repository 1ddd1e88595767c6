/** All that was ever in the log, kept beside it, and what of it each channel has to show. */
import type { Subscription } from "rxjs";
import type { MemoryLog } from "../../../adapters/log/mod.ts";
import { headerText, type StoredRecord, type TopicPartition } from "../../../domain/log_record.ts";
import type { Batch } from "../../../domain/ports/log.ts";

/** The duplicate window of the model's gateways. */
export const WINDOW = { offsets: 8, ms: 60_000 };

/** A record, with its names read. */
export interface Entry {
  readonly offset: number;
  readonly key: string | null;
  readonly text: string | null;
  readonly time: number;
  readonly sender: string | undefined;
  readonly session: string | undefined;
  readonly messageId: string | undefined;
  readonly to: string | undefined;
}

/** A partition from one making of its topic to the next. */
export interface Life {
  readonly entries: Entry[];
  /** The first offset that the log still has, or had when the life ended. */
  low: number;
}

/** A place in a channel: everything up to and including it was seen. */
export interface Position {
  /** Which life of the partition; `undefined` where that is not known. */
  readonly life: number | undefined;
  readonly offset: number;
  /** How many of the publications that the record at the offset became were seen; 0 where all were. */
  readonly index: number;
}

/** What of a partition a subscriber is to get. */
export interface Stretch {
  readonly place: TopicPartition;
  readonly key: string;
  readonly life: number;
  readonly after: number;
  readonly before?: number;
}

/** The memory of the model: it reads the log by a tail of its own. */
export class Ledger {
  readonly #partitions = new Map<string, Life[]>();
  readonly #tail: Subscription;

  /** How many publications a record of a text becomes. */
  readonly copies: (text: string | null) => number;

  constructor(log: MemoryLog, topics: readonly string[], copies: (text: string | null) => number) {
    this.copies = copies;
    this.#tail = log.tail({ topics, start: () => 0 }).subscribe((batch) => this.#take(batch));
  }

  close(): void {
    this.#tail.unsubscribe();
  }

  lives(place: TopicPartition): Life[] {
    const name = `${place.topic}/${place.partition}`;
    const lives = this.#partitions.get(name) ?? [{ entries: [], low: 0 }];
    this.#partitions.set(name, lives);
    return lives;
  }

  /** The life that the partition is in. */
  now(place: TopicPartition): { readonly number: number; readonly life: Life; readonly high: number } {
    const lives = this.lives(place);
    const life = lives.at(-1)!;
    return { number: lives.length - 1, life, high: life.entries.length };
  }

  /**
   * What a channel must show of a stretch, and nothing twice: duplicates are left out, as is what no JSON shows, and what becomes no
   * publication.
   */
  due(stretch: Stretch): Entry[] {
    const { place, key, life, after, before = Infinity } = stretch;
    return this.lives(place)[life]!.entries.filter((entry) =>
      entry.offset > after && entry.offset < before && entry.key === key && isShowable(entry) &&
      this.copies(entry.text) > 0 && this.original(place, life, entry) === undefined
    );
  }

  /** The entry that an entry is a duplicate of: the latest one of its name in the window before it. */
  original(place: TopicPartition, life: number, entry: Entry): Entry | undefined {
    if (entry.messageId === undefined) return undefined;
    const earlier = this.lives(place)[life]!.entries.findLast((other) =>
      other.offset < entry.offset && other.offset >= entry.offset - WINDOW.offsets && sameName(other, entry)
    );
    return earlier && entry.time - earlier.time <= WINDOW.ms ? earlier : undefined;
  }

  /** Whether a duplicate's original may have expired before a reader came: then it may be shown. */
  mayShow(place: TopicPartition, life: number, entry: Entry): boolean {
    const original = this.original(place, life, entry);
    return original === undefined || original.offset < this.lives(place)[life]!.low;
  }

  /** Every entry of every partition and life. */
  *all(): Iterable<{ place: string; life: number; entry: Entry }> {
    for (const [place, lives] of this.#partitions) {
      for (const [life, { entries }] of lives.entries()) for (const entry of entries) yield { place, life, entry };
    }
  }

  #take(batch: Batch): void {
    const lives = this.lives(batch);
    if (batch.lost === "log_changed") lives.push({ entries: [], low: 0 });
    for (const record of batch.records) lives.at(-1)!.entries.push(entryOf(record));
    batch.done();
  }
}

/** Whether two records are of one message. */
export function sameName(a: Omit<Entry, "offset">, b: Omit<Entry, "offset">): boolean {
  return a.key === b.key && a.sender === b.sender && a.messageId === b.messageId && a.to === b.to;
}

function isShowable({ text }: Entry): boolean {
  return text === null || /^"[^"]*"$/.test(text);
}

function entryOf({ offset, key, value, time, headers }: StoredRecord): Entry {
  return {
    offset,
    key,
    text: value && new TextDecoder().decode(value),
    time,
    sender: headerText(headers, "tidegate-sender"),
    session: headerText(headers, "tidegate-session"),
    messageId: headerText(headers, "tidegate-message-id"),
    to: headerText(headers, "tidegate-to"),
  };
}
