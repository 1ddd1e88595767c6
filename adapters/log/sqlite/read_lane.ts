/** Reads on their way to the worker: few at a time, so that appends do not wait behind a storm of them. */
import type { SchedulerLike, Subscription } from "rxjs";
import { LogUnavailable } from "../../../domain/ports/log.ts";
import { BATCH, type FetchRequest, type Piece } from "../partition_source.ts";
import type { SqliteLink } from "./link.ts";
import { readSlab } from "./record_slab.ts";
import type { StoredPartition } from "./messages.ts";

const AT_ONCE = 2;

/** A read that takes longer fails. */
const READ_MS = 10_000;

interface Queued {
  readonly place: Pick<StoredPartition, "ref" | "topic" | "partition">;
  readonly request: FetchRequest;
  readonly deadline: Subscription;
  /** Does nothing after the first time. */
  answer(piece: Piece | LogUnavailable): void;
}

const utf8 = new TextEncoder();

/** Reads from the file. */
export class ReadLane {
  readonly #link: Pick<SqliteLink, "request">;
  readonly #scheduler: SchedulerLike;
  #queue: Queued[] = [];
  #under = 0;

  constructor(link: Pick<SqliteLink, "request">, scheduler: SchedulerLike) {
    this.#link = link;
    this.#scheduler = scheduler;
  }

  /** Reads a piece of a partition; answers once, within 10 seconds. */
  read(
    place: Queued["place"],
    request: FetchRequest,
    answer: (piece: Piece | LogUnavailable) => void,
  ): void {
    let answered = false;
    const once = (piece: Piece | LogUnavailable) => {
      deadline.unsubscribe();
      if (!answered) answer(piece);
      answered = true;
    };
    const deadline = this.#scheduler.schedule(
      () => once(unreadable(place, `the disk has not answered for ${READ_MS / 1000} s`)),
      READ_MS,
    );
    const wanted = () => !answered && request.wanted();
    this.#queue.push({ place, request: { ...request, wanted }, deadline, answer: once });
    this.#pump();
  }

  /** Fails what is waiting. */
  close(): void {
    for (const { place, answer } of this.#queue.splice(0)) answer(unreadable(place, "the log is closed"));
  }

  #pump(): void {
    while (this.#under < AT_ONCE && this.#queue.length > 0) {
      const next = this.#queue.shift()!;
      // Those who left while they waited cost nothing.
      if (next.request.wanted()) this.#ask(next);
      else next.deadline.unsubscribe();
    }
  }

  async #ask({ place, request: { from, to, key }, deadline, answer }: Queued): Promise<void> {
    this.#under++;
    const keyBytes = key === undefined ? null : utf8.encode(key);
    try {
      const ask = { ref: place.ref, from, to, key: keyBytes, records: BATCH.records, bytes: BATCH.bytes };
      const { to: end, slab } = await this.#link.request("read", ask);
      answer({ to: end, records: readSlab(slab, place) });
    } catch (error) {
      answer(unreadable(place, error instanceof Error ? error.message : String(error)));
    } finally {
      deadline.unsubscribe();
      this.#under--;
      this.#pump();
    }
  }
}

function unreadable({ topic, partition }: Queued["place"], why: string): LogUnavailable {
  return new LogUnavailable(`Cannot read ${topic}/${partition}: ${why}`);
}
