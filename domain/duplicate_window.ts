/** De-duplication as a pure fold over one partition. */
import { Fifo } from "../streams/fifo.ts";

/** How far back a duplicate is looked for. */
export interface WindowSize {
  /** At most so many offsets before. */
  readonly offsets: number;
  /** At most so many milliseconds of record time before. */
  readonly ms: number;
}

/** What names a message, and where its record is. */
export interface Sighting {
  /** The record's key: it says the channel on each route that shows the record. */
  readonly key: string | null;
  /** On a sender's own copy of a direct message: the channel that it was sent to. */
  readonly to?: string;
  readonly sender: string | undefined;
  readonly messageId: string;
  readonly offset: number;
  readonly time: number;
}

interface Entry {
  /** The offset of the record that counts. */
  readonly first: number;
  /** The offset and time of the latest record, duplicate or not. */
  readonly last: number;
  readonly time: number;
}

/**
 * The state of the fold: which messages were seen in the last `offsets` offsets of a partition.
 *
 * A record is a duplicate if the latest record before it (itself a duplicate or not) of the same key, sender and messageId is at most
 * `offsets` offsets and `ms` milliseconds of record time before it. This depends on nothing but the records in the
 * window, so that every node, and every replay that starts a window earlier, decides alike.
 */
export class DuplicateWindow {
  readonly #size: WindowSize;
  readonly #entries = new Map<string, Entry>();
  /** Every sighting in the window, in order. A Map is slow to say which of its entries is the first, once many have gone. */
  readonly #sightings = new Fifo<{ readonly name: string; readonly offset: number }>();

  constructor(size: WindowSize) {
    this.#size = size;
  }

  /** How many messages are remembered. */
  get length(): number {
    return this.#entries.size;
  }

  /** Takes the next record of the partition, in offset order, and says whether it is a duplicate. */
  take(sighting: Sighting): boolean {
    const { offset, time } = sighting;
    this.#forgetBefore(offset - this.#size.offsets);
    const name = nameOf(sighting);
    const entry = this.#entries.get(name);
    const duplicate = entry !== undefined && time - entry.time <= this.#size.ms;
    this.#entries.set(name, { first: duplicate ? entry.first : offset, last: offset, time });
    this.#sightings.push({ name, offset });
    return duplicate;
  }

  /**
   * The offset of the record that counts, if a record appended now, at `offset` or later but before the window has
   * moved past, would be a duplicate; else `undefined`.
   */
  find(sighting: Sighting): number | undefined {
    const entry = this.#entries.get(nameOf(sighting));
    if (!entry || sighting.offset - entry.last > this.#size.offsets) return undefined;
    return sighting.time - entry.time <= this.#size.ms ? entry.first : undefined;
  }

  #forgetBefore(offset: number): void {
    for (let oldest = this.#sightings.at(0); oldest && oldest.offset < offset; oldest = this.#sightings.at(0)) {
      this.#sightings.shift();
      // It may have been seen again since.
      if (this.#entries.get(oldest.name)?.last === oldest.offset) this.#entries.delete(oldest.name);
    }
  }
}

function nameOf({ key, to, sender, messageId }: Sighting): string {
  // No part holds a line feed, except a foreign producer's.
  return `${messageId}\n${to ?? ""}\n${key ?? ""}\n${sender ?? ""}`;
}
