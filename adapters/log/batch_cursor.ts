/** Reads one partition forward, batch by batch, as fast as its batches are done. */
import type { SchedulerLike, Subscription } from "rxjs";
import type { Batch, LogUnavailable } from "../../domain/ports/log.ts";
import type { PartitionSource } from "./partition_source.ts";

/** Where a cursor goes, and whom it tells. */
export interface CursorOptions {
  readonly from: number;
  /** The offset after the last; `Infinity` goes on for ever. */
  readonly to: number;
  readonly key?: string;
  /** How many batches may be open before the cursor waits for one to be done. */
  readonly openBatches: number;
  readonly scheduler: SchedulerLike;
  emit(batch: Batch): void;
  /** The end was reached. */
  end(): void;
  /** A read failed; the cursor tries again when it is told to advance. */
  fail(error: LogUnavailable): void;
}

/**
 * A reader's place in a partition. It emits one batch a turn: the rest of what there is follows by the scheduler, so that a reader that
 * is far behind does not keep the event loop.
 */
export class BatchCursor {
  readonly #source: PartitionSource;
  readonly #options: CursorOptions;
  #position: number;
  #epoch: number;
  #open = 0;
  #busy = false;
  #stopped = false;
  #turn: Subscription | undefined;

  constructor(source: PartitionSource, options: CursorOptions) {
    this.#source = source;
    this.#options = options;
    this.#position = options.from;
    this.#epoch = source.epoch;
  }

  /** The offset of the next batch. */
  get position(): number {
    return this.#position;
  }

  /** Whether every batch is done, and none is on its way. */
  get idle(): boolean {
    return !this.#busy && this.#open === 0;
  }

  /** Whether another log is in the place of the one that it reads, which is not told yet. */
  get isOfBefore(): boolean {
    return this.#epoch !== this.#source.epoch;
  }

  /** Reads on, if there is something to read and somebody to take it. */
  advance(): void {
    if (this.#busy || this.#stopped || this.#turn || this.#open >= this.#options.openBatches) return;
    const { low, high, epoch } = this.#source;
    const { to, key } = this.#options;
    if (this.#position >= to) return this.#end();
    if (epoch !== this.#epoch) return this.#beginAnew();
    if (this.#position < low) return this.#emit({ to: Math.min(low, to), records: [] }, "expired");
    if (this.#position >= high) return;
    const from = this.#position;
    this.#busy = true;
    const wanted = () => !this.#stopped;
    const request = { from, to: Math.min(to, high), ...(key === undefined ? {} : { key }), wanted };
    this.#source.fetch(request, (piece) => {
      this.#busy = false;
      if (this.#stopped) return;
      if (piece instanceof Error) return this.#options.fail(piece);
      // What was to be read may have gone while it was read.
      if (this.#source.epoch !== epoch || this.#source.low > from) return this.advance();
      this.#emit(piece);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#turn?.unsubscribe();
    this.#turn = undefined;
  }

  /** Another log is in the place of this one: what it has is told from its low end on. */
  #beginAnew(): void {
    const { low, epoch } = this.#source;
    this.#epoch = epoch;
    const { to } = this.#options;
    this.#emit({ to: to === Infinity ? low : to, records: [] }, "log_changed");
  }

  #emit(piece: Pick<Batch, "to" | "records">, lost?: Batch["lost"]): void {
    const { topic, partition, high } = this.#source;
    const from = this.#position;
    this.#position = piece.to;
    this.#open++;
    let open = true;
    const done = () => {
      if (!open) return;
      open = false;
      this.#open--;
      this.#takeTurn();
    };
    this.#busy = true;
    this.#options.emit({ topic, partition, from, ...piece, ...(lost ? { lost } : {}), high, done });
    this.#busy = false;
    if (this.#position >= this.#options.to) this.#end();
    else this.#takeTurn();
  }

  #takeTurn(): void {
    if (this.#busy || this.#stopped || this.#turn || this.#open >= this.#options.openBatches) return;
    const { low, high, epoch } = this.#source;
    if (this.#position >= low && this.#position >= high && epoch === this.#epoch) return;
    this.#turn = this.#options.scheduler.schedule(() => {
      this.#turn = undefined;
      this.advance();
    });
  }

  #end(): void {
    if (this.#stopped) return;
    this.stop();
    this.#options.end();
  }
}
