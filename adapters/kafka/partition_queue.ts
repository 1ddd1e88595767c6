/** The records of one partition that wait to be appended, in order. */
import type { TopicPartition } from "../../domain/log_record.ts";
import type { Entry } from "./append_call.ts";
import type { ProducerIdentity } from "./producer_identity.ts";
import { BATCH_OVERHEAD, RECORD_OVERHEAD } from "./wire/write_batch.ts";

/** Records that are sent as one batch, again and again until their outcome is known. */
export interface Piece {
  readonly queue: PartitionQueue;
  readonly entries: readonly Entry[];
  /** At most so many bytes as a batch. */
  readonly bytes: number;
  /** Under whose identity it goes; absent until it is sent, and where it goes as new. */
  bound?: { readonly identity: ProducerIdentity; readonly sequence: number };
  /** How often it was sent. */
  sent: number;
  /** Whether it may be in the log. */
  uncertain: boolean;
  /** Its records have their outcome: what is heard of it no longer matters. */
  abandoned: boolean;
}

/** How much a request has room for. */
export interface Room {
  bytes: number;
  records: number;
}

/** A partition's records: pieces that were formed already, then single ones. */
export class PartitionQueue implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** The node id of the leader that it waits for; `undefined` while none is known. */
  leader: number | undefined;
  /** The piece that is being sent: nothing else of the partition is, then. */
  inFlight: Piece | undefined;
  /** How often in a row its leader did not take a batch. */
  failures = 0;
  /** Not to be sent before, on the clock of `performance.now()`. */
  notBefore = 0;
  /** Why records are refused at once, while its leader is not known; `undefined` otherwise. */
  away: string | undefined;
  #pieces: Piece[] = [];
  #waiting: Entry[] = [];
  #first = 0;
  #maxBytes: number;

  constructor(
    { topic, partition }: TopicPartition,
    options: { readonly maxBytes: number; readonly freed: (bytes: number) => void },
  ) {
    this.topic = topic;
    this.partition = partition;
    this.#maxBytes = options.maxBytes;
    this.freed = options.freed;
  }

  /** Says that a record of so many bytes has its outcome. */
  readonly freed: (bytes: number) => void;

  /** Whether nothing waits; what is in flight is not looked at. */
  get empty(): boolean {
    return this.#pieces.length === 0 && this.#first === this.#waiting.length;
  }

  /** Whether a batch of it may be sent now. */
  ready(now: number): boolean {
    return this.inFlight === undefined && !this.empty && this.notBefore <= now;
  }

  /** The identity under which its next piece goes; `undefined` where it goes as new. */
  get boundTo(): ProducerIdentity | undefined {
    return this.#pieces[0]?.bound?.identity;
  }

  push(entry: Entry): void {
    this.#waiting.push(entry);
  }

  /** Takes the next piece into flight, where there is room for it. A request that is empty has room for any. */
  take(room: Room, isFirst: boolean): Piece | undefined {
    const formed = this.#pieces[0];
    const piece = formed ?? this.#form(room, isFirst);
    if (!piece || (formed && !isFirst && (formed.bytes > room.bytes || formed.entries.length > room.records))) {
      return undefined;
    }
    if (formed) this.#pieces.shift();
    room.bytes -= piece.bytes;
    room.records -= piece.entries.length;
    this.inFlight = piece;
    return piece;
  }

  /** Puts pieces in front of all that waits. */
  putBack(...pieces: readonly Piece[]): void {
    this.#pieces.unshift(...pieces);
  }

  /** Puts a piece back as two that go as new, and forms smaller ones from now on where it was too large. */
  split(piece: Piece, tooLarge: boolean): void {
    const half = Math.ceil(piece.entries.length / 2);
    this.putBack(newPiece(this, piece.entries.slice(0, half)), newPiece(this, piece.entries.slice(half)));
    if (tooLarge) this.#maxBytes = Math.min(this.#maxBytes, Math.ceil(piece.bytes / 2));
  }

  /** Takes everything out: pieces, the one in flight too, and records that were in none. */
  takeAll(): { pieces: Piece[]; waiting: Entry[] } {
    const pieces = this.inFlight ? [this.inFlight, ...this.#pieces] : this.#pieces;
    for (const piece of pieces) piece.abandoned = true;
    const waiting = this.#waiting.slice(this.#first);
    this.#pieces = [];
    this.#waiting = [];
    this.#first = 0;
    return { pieces, waiting };
  }

  #form(room: Room, isFirst: boolean): Piece | undefined {
    const maxBytes = isFirst ? this.#maxBytes : Math.min(this.#maxBytes, room.bytes);
    const from = this.#first;
    let to = from;
    for (let bytes = BATCH_OVERHEAD; to < this.#waiting.length && to - from < room.records; to++) {
      bytes += this.#waiting[to]!.tail.length + RECORD_OVERHEAD;
      if (bytes > maxBytes && (to > from || !isFirst)) break;
    }
    if (to === from) return undefined;
    const piece = newPiece(this, this.#waiting.slice(from, to));
    this.#first = to;
    // Moving the rest costs its length: it is done when it is the smaller part.
    if (to * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(to);
      this.#first = 0;
    }
    return piece;
  }
}

function newPiece(queue: PartitionQueue, entries: readonly Entry[]): Piece {
  const bytes = entries.reduce((sum, entry) => sum + entry.tail.length + RECORD_OVERHEAD, BATCH_OVERHEAD);
  return { queue, entries, bytes, sent: 0, uncertain: false, abandoned: false };
}
