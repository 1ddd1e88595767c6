/** The frames that wait for one connection, oldest first. */
import type { Spare } from "../../domain/ports/transport.ts";

/** A frame that may be left out, or the place of one that was. */
class Spared {
  /** Absent where it was left out. */
  frame: Uint8Array | undefined;
  /** How many publications were left out, this the last of them, that the client is to be told of here. */
  skipped = 0;
  #told: Uint8Array | undefined;

  constructor(frame: Uint8Array, readonly spare: Spare, readonly turn: number) {
    this.frame = frame;
  }

  /** Whether anything goes to the client from here. */
  get isEmpty(): boolean {
    return this.frame === undefined && this.skipped === 0;
  }

  /** What goes to the client from here; nothing where it is empty. */
  get bytes(): Uint8Array {
    return this.frame ?? (this.#told ??= this.spare.skipped(this.skipped));
  }
}

type Item = Uint8Array | Spared;

/** Places of frames that may be left out, by channel. */
interface Spares {
  /** The newest frame of each, where it may be left out for a newer one. */
  readonly newest: Map<string, Spared>;
  /** Where the client is told of what was left out of each. */
  readonly tellers: Map<string, Spared>;
}

/** Places of frames that were left out are taken away when there are more of them than this, and than there are others. */
const EMPTY_PLACES = 64;

/** Frames in the order in which they were pushed. Those that may be left out are so one at a time, and never the newest of a channel. */
export class Outbox {
  #items: Item[] = [];
  #next = 0;
  #bytes = 0;
  #turn = 0;
  /** How many of the items are `Spared`, and how many of those are empty. */
  #spared = 0;
  #empty = 0;
  /** What is known of the frames that may be left out; absent before the first of them, as most connections have none. */
  #known: Spares | undefined;
  readonly #separatorBytes: number;

  constructor(separatorBytes: number) {
    this.#separatorBytes = separatorBytes;
  }

  /** The size of what waits, with a separator for each frame. What tells of frames that were left out is not counted. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#next === this.#items.length;
  }

  /** Adds a frame at the end. Returns how many were left out for it. */
  push(frame: Uint8Array, spare?: Spare): number {
    this.#bytes += frame.length + this.#separatorBytes;
    if (!spare) {
      this.#items.push(frame);
      return 0;
    }
    const item = new Spared(frame, spare, this.#turn);
    this.#items.push(item);
    this.#spared++;
    const { newest } = this.#known ??= { newest: new Map(), tellers: new Map() };
    const before = newest.get(spare.channel);
    newest.set(spare.channel, item);
    // A client that keeps up gets all that one turn brings.
    if (!before || spare.policy !== "conflate" || before.turn === this.#turn) return 0;
    this.#leaveOut(before);
    return 1;
  }

  /** What is pushed from now on is of another turn. */
  endTurn(): void {
    this.#turn++;
  }

  /** Leaves out the oldest frames that may be until no more than so many bytes wait, if it can. Returns how many they were. */
  spareOldest(bytes: number): number {
    if (this.#spared === 0) return 0;
    let count = 0;
    for (let at = this.#next; at < this.#items.length && this.#bytes > bytes; at++) {
      const item = this.#items[at]!;
      if (!(item instanceof Spared) || !item.frame || this.#known?.newest.get(item.spare.channel) === item) continue;
      this.#leaveOut(item, { keepPlaces: true });
      count++;
    }
    this.#takeAwayEmpty();
    return count;
  }

  /** Takes the frames of the next message: as many as stay under `maxBytes` together, and at least one, unless nothing waits. */
  take(maxBytes: number): readonly Uint8Array[] {
    return this.#spared === 0 ? this.#takePlain(maxBytes) : this.#takeSpared(maxBytes);
  }

  /** Drops everything. */
  clear(): void {
    this.#items = [];
    this.#next = 0;
    this.#bytes = 0;
    this.#spared = 0;
    this.#empty = 0;
    this.#known = undefined;
  }

  #takePlain(maxBytes: number): readonly Uint8Array[] {
    const frames = this.#items as Uint8Array[];
    let end = this.#next;
    let taken = 0;
    while (end < frames.length) {
      const bytes = frames[end]!.length + this.#separatorBytes;
      // A message of n frames has n - 1 separators.
      if (end > this.#next && taken + bytes - this.#separatorBytes >= maxBytes) break;
      taken += bytes;
      end++;
    }
    this.#bytes -= taken;
    const start = this.#next;
    if (end < frames.length) {
      this.#next = end;
      return frames.slice(start, end);
    }
    this.#items = [];
    this.#next = 0;
    return start === 0 ? frames : frames.slice(start);
  }

  #takeSpared(maxBytes: number): readonly Uint8Array[] {
    const taken: Uint8Array[] = [];
    let size = 0;
    for (; this.#next < this.#items.length; this.#next++) {
      const item = this.#items[this.#next]!;
      if (item instanceof Spared && item.isEmpty) {
        this.#forget(item);
        continue;
      }
      const frame = item instanceof Spared ? item.bytes : item;
      const bytes = frame.length + this.#separatorBytes;
      if (taken.length > 0 && size + bytes - this.#separatorBytes >= maxBytes) return taken;
      size += bytes;
      taken.push(frame);
      const counted = !(item instanceof Spared) || item.frame !== undefined;
      if (counted) this.#bytes -= bytes;
      if (item instanceof Spared) this.#forget(item);
    }
    this.#items = [];
    this.#next = 0;
    return taken;
  }

  /** A frame is left out; its place tells of all that were, since the client was told last. */
  #leaveOut(item: Spared, { keepPlaces = false } = {}): void {
    const { channel } = item.spare;
    this.#bytes -= item.frame!.length + this.#separatorBytes;
    item.frame = undefined;
    item.skipped = 1;
    const tellers = this.#known!.tellers;
    const teller = tellers.get(channel);
    if (teller) {
      item.skipped += teller.skipped;
      teller.skipped = 0;
      this.#empty++;
    }
    tellers.set(channel, item);
    if (!keepPlaces) this.#takeAwayEmpty();
  }

  /** Keeps the places of what was left out from filling the memory of a client that takes nothing. */
  #takeAwayEmpty(): void {
    if (this.#empty <= EMPTY_PLACES || this.#empty * 2 <= this.#items.length - this.#next) return;
    this.#items = this.#items.slice(this.#next).filter((item) => !(item instanceof Spared && item.isEmpty));
    this.#next = 0;
    this.#spared -= this.#empty;
    this.#empty = 0;
  }

  /** A place is behind us. */
  #forget(item: Spared): void {
    const { channel } = item.spare;
    this.#spared--;
    if (item.isEmpty) this.#empty--;
    const { newest, tellers } = this.#known!;
    if (newest.get(channel) === item) newest.delete(channel);
    if (tellers.get(channel) === item) tellers.delete(channel);
  }
}
