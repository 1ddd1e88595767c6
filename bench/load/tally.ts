/** What came to the clients of one load process: counted where it arrives, each delivery for some tens of nanoseconds. */
import { Histogram, type HistogramPairs } from "../measure/histogram.ts";
import { channelOf, findStamp, isStamp, numberOf, timeOf } from "./stamp.ts";

/** What was counted. */
export interface TallyReport {
  /** Deliveries that had not come before. */
  readonly delivered: number;
  /** Deliveries of what had come before, or came out of order. */
  readonly again: number;
  /** Microseconds from producing to receiving, of records that were produced in the window. */
  readonly latencies: HistogramPairs;
}

/** Counts deliveries for clients, each with channels of its own. */
export class Tally {
  delivered = 0;
  again = 0;
  readonly #latencies = new Histogram();
  readonly #next: Uint32Array;
  readonly #channels: number;
  readonly #bytes: number;
  #from = Infinity;
  #to = Infinity;
  #stride = 0;

  /** @param options.bytes the length of each record's value */
  constructor(options: { readonly clients: number; readonly channels: number; readonly bytes: number }) {
    this.#next = new Uint32Array(options.clients * options.channels).fill(1);
    this.#channels = options.channels;
    this.#bytes = options.bytes;
  }

  /** Records that were produced between these times, in microseconds since the origin, count for latency. */
  openWindow(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    this.#latencies.clear();
  }

  /**
   * Counts the stamps of a message from `from` to `to`.
   *
   * @param options.client whose it is
   * @param options.now in microseconds since the origin
   * @returns whether there were any
   */
  count(bytes: Uint8Array, from: number, options: { to: number; client: number; now: number }): boolean {
    const { to, client, now } = options;
    let at = findStamp(bytes, from, { to });
    if (at < 0) return false;
    while (at >= 0) {
      this.#take(bytes, at, client * this.#channels, now);
      at = this.#findNext(bytes, at, to);
    }
    return true;
  }

  /** The number of the last delivery to a client in a channel; 0 where there was none. */
  lastNumber(client: number, channel: number): number {
    return this.#next[client * this.#channels + channel]! - 1;
  }

  /** What was counted until now. */
  report(): TallyReport {
    return { delivered: this.delivered, again: this.again, latencies: this.#latencies.toPairs() };
  }

  #take(bytes: Uint8Array, at: number, first: number, now: number): void {
    const place = first + channelOf(bytes, at);
    const number = numberOf(bytes, at);
    if (number < this.#next[place]!) {
      this.again++;
      return;
    }
    // Numbers that are jumped over stay out of the sum, and show as loss at the end.
    this.#next[place] = number + 1;
    this.delivered++;
    const time = timeOf(bytes, at);
    if (time >= this.#from && time < this.#to) this.#latencies.record(now - time);
  }

  /** The distance to the next stamp is nearly always that of before; less than two values fit into it, so none is jumped over. */
  #findNext(bytes: Uint8Array, at: number, to: number): number {
    const guess = at + this.#stride;
    if (this.#stride > 0 && guess < to && isStamp(bytes, guess)) return guess;
    const next = findStamp(bytes, at + 4, { to });
    if (next >= 0) this.#stride = next - at < 2 * this.#bytes ? next - at : 0;
    return next;
  }
}
