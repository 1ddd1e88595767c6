/** One call of append, and its records on their way. */
import type { Subscriber } from "rxjs";
import type { Outcome, RejectReason } from "../../domain/ports/log.ts";
import type { PartitionQueue } from "./partition_queue.ts";

/** A record that waits for its outcome. */
export interface Entry {
  readonly call: AppendCall;
  /** The record's place in the call. */
  readonly index: number;
  readonly queue: PartitionQueue;
  /** The record's key, value and headers, encoded. */
  readonly tail: Uint8Array;
  settled: boolean;
}

/** What becomes of a record; its index is added. */
export type EntryOutcome =
  | { readonly kind: "appended"; readonly offset: number }
  | { readonly kind: "rejected"; readonly reason: RejectReason; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

/** One call of append: it gets one outcome for each record, then completes. */
export class AppendCall {
  readonly entries: Entry[] = [];
  #open: number;

  /** @param expires when every record is to have its outcome, on the clock of `performance.now()` */
  constructor(
    private readonly subscriber: Subscriber<Outcome>,
    readonly expires: number,
    private readonly options: { readonly count: number; readonly done: () => void },
  ) {
    this.#open = options.count;
  }

  /** Whether every record has its outcome. */
  get settled(): boolean {
    return this.#open === 0;
  }

  /** Gives the outcome of the record at `index`; once each. */
  settle(index: number, outcome: EntryOutcome): void {
    this.#open--;
    this.subscriber.next({ ...outcome, index });
    if (this.#open > 0) return;
    this.options.done();
    this.subscriber.complete();
  }
}

/** Gives a record its outcome, unless it has one. */
export function settle(entry: Entry, outcome: EntryOutcome): void {
  if (entry.settled) return;
  entry.settled = true;
  entry.queue.freed(entry.tail.length);
  entry.call.settle(entry.index, outcome);
}
