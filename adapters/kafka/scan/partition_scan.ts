/** Reads one partition for all replays that need a piece of it. */
import { LogUnavailable } from "../../../domain/ports/log.ts";
import { pace } from "../compression/pace.ts";
import type { Piece } from "../tail_partition.ts";
import { bell, jitter } from "../wait.ts";
import type { Block } from "./block.ts";
import type { BlockShelf } from "./block_cache.ts";
import { NextSeat } from "./next_seat.ts";
import { ScanSeat, type SeatOptions } from "./scan_seat.ts";

/** What a fetch brought. */
export type Fetched =
  | { readonly kind: "block"; readonly block: Block }
  /** The log has nothing from here on. */
  | { readonly kind: "end"; readonly high: number }
  /** The log no longer has what is before `low`. */
  | { readonly kind: "expired"; readonly low: number; readonly high: number }
  /** What is at this offset cannot be had, though it should be there: that says nothing of other offsets. */
  | { readonly kind: "stuck"; readonly reason: string };

/** What is to be fetched. */
export interface BlockRequest {
  readonly from: number;
  readonly maxBytes: number;
  /** Where everyone who reads wants the same key. */
  readonly key: string | undefined;
  readonly deadlineMs: number;
}

/** What a scan is made of. */
export interface ScanOptions {
  /** What is read, for messages: `topic partition`. */
  readonly name: string;
  /** Fetches once; fails where the partition cannot be read at all now. */
  readonly fetch: (request: BlockRequest) => Promise<Fetched>;
  /** The id of the topic's life now; `undefined` where it is not known. `at`: of which life, under which leader, blocks are. */
  readonly now: () => { readonly topicId: string | undefined; readonly known: boolean; readonly life: string };
  readonly shelf: BlockShelf;
  /** Called for each fetch, and for each piece that a reader is given. */
  readonly count: (what: "replay_fetches" | "replay_pieces") => void;
  readonly fraction: () => number;
  /** How long a reader waits for a scan that makes no progress, in milliseconds. */
  readonly readMs: number;
  /** The most bytes of one fetch. */
  readonly fetchBytes: number;
  readonly signal: AbortSignal;
  /** Adds work that ends once the signal aborts. */
  readonly run: (task: Promise<void>) => void;
}

/** For so long what was read is kept for others, in milliseconds. */
export const KEPT_MS = 5_000;
const RETRY_MS = { baseMs: 50, capMs: 500 };

/**
 * One scan. What it has read lately is handed to everyone who is there, in portions of one fetch; who comes back for the next portion after
 * it was forgotten has it read again.
 */
export class PartitionScan {
  readonly #options: ScanOptions;
  readonly #seats = new Set<ScanSeat>();
  readonly #next = new NextSeat();
  readonly #work = bell();
  readonly #turn = pace();
  /** Who has begun to wait, and was not looked at yet. */
  #arrived: ScanSeat[] = [];
  /** Who waits for a fetch. */
  #queue = new Set<ScanSeat>();
  #running = false;
  #fetching = false;
  #life = "";

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  /** Takes part. */
  join(options: SeatOptions): ScanSeat {
    const seat = new ScanSeat(options);
    this.#seats.add(seat);
    return seat;
  }

  /** The next piece of what a seat needs; `undefined` where the log ends before. Fails with `LogUnavailable`. */
  next(seat: ScanSeat): Promise<Piece | undefined> {
    const piece = seat.wait();
    this.#arrived.push(seat);
    this.#work.ring();
    if (!this.#running) {
      this.#running = true;
      this.#options.run(this.#run());
    }
    return piece;
  }

  /** Takes part no more. */
  leave(seat: ScanSeat): void {
    this.#seats.delete(seat);
    this.#queue.delete(seat);
    seat.dismiss(new LogUnavailable(`Cannot read ${this.#options.name}: nobody listens`));
  }

  async #run(): Promise<void> {
    const { signal, shelf, name } = this.#options;
    for (let usedAt = performance.now(); !signal.aborted;) {
      await this.#admit(this.#arrived.splice(0));
      const pauseMs = this.#fetching ? KEPT_MS : this.#beginFetch();
      if (this.#arrived.length === 0) await this.#work.wait(pauseMs, signal);
      if (this.#seats.size > 0) usedAt = performance.now();
      else if (performance.now() - usedAt >= KEPT_MS) break;
    }
    shelf.keepOnly(undefined);
    this.#running = false;
    for (const seat of this.#seats) seat.dismiss(new LogUnavailable(`Cannot read ${name}: the log is closed`));
  }

  /** Gives those who have come what is there already; the others wait for a fetch. */
  async #admit(seats: readonly ScanSeat[]): Promise<void> {
    this.#followLife();
    for (const seat of seats) if (seat.waiting) this.#queue.add(seat);
    await this.#handOut(seats, (seat) => this.#options.shelf.find(seat));
  }

  /** Each has a turn of the process to take its piece. */
  async #handOut(seats: Iterable<ScanSeat>, find: (seat: ScanSeat) => Block | undefined): Promise<void> {
    const { count, fetchBytes } = this.#options;
    for (const seat of seats) {
      if (!seat.waiting || this.#endLife(seat)) continue;
      const block = find(seat);
      if (!block) continue;
      count("replay_pieces");
      this.#queue.delete(seat);
      seat.take(block, fetchBytes);
      await this.#turn();
    }
  }

  /** Forgets what is of another life of the topic, or was read from another leader. */
  #followLife(): void {
    const { now, shelf } = this.#options;
    const { life } = now();
    if (life === this.#life) return;
    this.#life = life;
    shelf.keepOnly(life);
  }

  /** Ends the wait of who began to read a topic that was made anew since. */
  #endLife(seat: ScanSeat): boolean {
    const { topicId, known } = this.#options.now();
    if (!known || topicId === seat.topicId) return false;
    this.#settle(seat, { to: seat.to, high: seat.to, lost: "log_changed" });
    return true;
  }

  #settle(seat: ScanSeat, piece: Piece | undefined): void {
    this.#queue.delete(seat);
    seat.settle(piece);
  }

  /** Fetches for one of those who wait. Returns how long nothing else is to be done, in milliseconds. */
  #beginFetch(): number {
    const time = performance.now();
    const queue = [...this.#queue].filter((seat) => !this.#endLife(seat));
    const due = queue.filter(({ notBefore }) => notBefore <= time);
    const seat = this.#next.choose(due);
    if (!seat) return Math.max(1, Math.min(KEPT_MS, ...queue.map(({ notBefore }) => notBefore - time)));
    this.#fetching = true;
    this.#options.run(this.#fetchFor(seat, queue));
    return KEPT_MS;
  }

  /** @param asked who waited when it began: who comes later may know of more than this fetch finds */
  async #fetchFor(seat: ScanSeat, asked: readonly ScanSeat[]): Promise<void> {
    const { fetch, count, shelf, readMs, fetchBytes } = this.#options;
    const { position } = seat;
    const maxBytes = asked.length > 1 ? fetchBytes : seat.maxBytes;
    const began = performance.now();
    const keys = new Set([...this.#seats].map(({ key }) => key));
    const there = () => asked.filter(({ waiting }) => waiting);
    try {
      count("replay_fetches");
      const key = keys.size === 1 ? seat.key : undefined;
      const fetched = await fetch({ from: position, maxBytes, key, deadlineMs: seat.leftMs(readMs) });
      if (fetched.kind === "block") {
        const { block } = fetched;
        shelf.add(block);
        await this.#handOut(this.#queue, (each) => block.serves(each) ? block : undefined);
      } else if (fetched.kind === "end") {
        for (const each of there()) if (each.position >= fetched.high) this.#settle(each, undefined);
      } else if (fetched.kind === "expired") {
        const { low, high } = fetched;
        const late = there().filter((each) => each.position < low);
        for (const each of late) this.#settle(each, { to: Math.min(low, each.to), high, lost: "expired" });
      } else {
        const stuck = there().filter((each) => each.position === position);
        this.#fail(stuck, { began, reason: fetched.reason });
      }
    } catch (error) {
      this.#fail(there(), { began, reason: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#fetching = false;
      this.#work.ring();
    }
  }

  #fail(seats: readonly ScanSeat[], why: { readonly began: number; readonly reason: string }): void {
    const { name, readMs, fraction } = this.#options;
    for (const seat of seats) {
      seat.fail({ ...why, name, pauseMs: jitter(seat.failures, { ...RETRY_MS, fraction }), readMs });
      if (!seat.waiting) this.#queue.delete(seat);
    }
  }
}
