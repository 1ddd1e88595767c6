/** The place of one bounded read in the scan of its partition. */
import { LogUnavailable } from "../../../domain/ports/log.ts";
import type { Piece } from "../tail_partition.ts";
import type { Block } from "./block.ts";

/** What a read wants of a partition. */
export interface SeatOptions {
  /** The first offset. */
  readonly from: number;
  /** The offset after the last. */
  readonly to: number;
  /** Only records of this key. */
  readonly key: string | undefined;
  /** The id of the life of the topic that the read began with; `undefined` where brokers do not say. */
  readonly topicId: string | undefined;
}

/** An attempt for a seat that failed. */
export interface SeatFailure {
  /** What is read. */
  readonly name: string;
  readonly reason: string;
  /** When the attempt began. */
  readonly began: number;
  /** How long to wait before the next one, in milliseconds. */
  readonly pauseMs: number;
  /** How long attempts may fail, in milliseconds. */
  readonly readMs: number;
}

/** How much of a partition the first fetch of a read asks for; each further one four times as much, up to the limit. */
const FIRST_FETCH_BYTES = 64 * 1024;

/** A reader: it waits for a piece, or is busy with one. */
export class ScanSeat {
  readonly to: number;
  readonly key: string | undefined;
  readonly topicId: string | undefined;
  /** The next offset that it needs. */
  position: number;
  /** How much is fetched for it next. */
  maxBytes = FIRST_FETCH_BYTES;
  /** How many attempts in a row failed. */
  failures = 0;
  /** Nothing is fetched for it before this time, in milliseconds of `performance.now()`. */
  notBefore = 0;
  #failingSince: number | undefined;
  #waiting: PromiseWithResolvers<Piece | undefined> | undefined;

  constructor({ from, to, key, topicId }: SeatOptions) {
    this.position = from;
    this.to = to;
    this.key = key;
    this.topicId = topicId;
  }

  /** Whether it waits for a piece. */
  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Waits for the next piece; one wait at a time. */
  wait(): Promise<Piece | undefined> {
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Gives it its part of a block; the next time more is fetched for it. */
  take(block: Block, mostBytes: number): void {
    this.maxBytes = Math.min(this.maxBytes * 4, Math.max(mostBytes, FIRST_FETCH_BYTES));
    this.settle(block.piece(this));
  }

  /** Gives it a piece; `undefined`: the log ends where it is. */
  settle(piece: Piece | undefined): void {
    this.failures = 0;
    this.#failingSince = undefined;
    if (piece) this.position = piece.to;
    this.#end()?.resolve(piece);
  }

  /** Ends its wait: nobody is there any more. */
  dismiss(error: Error): void {
    this.#end()?.reject(error);
  }

  /** How long what is tried for it may take, in milliseconds. */
  leftMs(readMs: number): number {
    return this.#failingSince === undefined ? readMs : Math.max(1, this.#failingSince + readMs - performance.now());
  }

  /** Takes that an attempt failed: another one is made after the pause, or none where that would be past the deadline. */
  fail({ name, reason, began, pauseMs, readMs }: SeatFailure): void {
    this.failures++;
    this.#failingSince ??= began;
    this.notBefore = performance.now() + pauseMs;
    if (this.notBefore < this.#failingSince + readMs) return;
    this.dismiss(new LogUnavailable(`Cannot read ${name} at offset ${this.position} within ${readMs} ms: ${reason}`));
  }

  #end(): PromiseWithResolvers<Piece | undefined> | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
