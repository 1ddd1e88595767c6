/** Where a tail is in one partition. */
import type { StoredRecord, TopicPartition } from "../../domain/log_record.ts";
import type { Batch } from "../../domain/ports/log.ts";

/** The position that the tail owns, and what it waits for. Changed in place by the tail only. */
export interface TailPartition extends TopicPartition {
  /** The offset of the next batch; absent until the partition's range is first known. */
  position: number | undefined;
  /** Whether it may be fetched: its position is one that the log is believed to have. */
  placed: boolean;
  /** Whether its topic was made anew: the position is of the life before. */
  newLife: boolean;
  /** The leader epoch of the last batch; -1 where none was read since the last jump. */
  lastEpoch: number;
  /** How often the position jumped: an answer to a question of before the jump is thrown away. */
  jumps: number;
  /** How many batches are not `done()`. */
  open: number;
  /** It is not fetched before this time, in milliseconds of `performance.now()`. */
  notBefore: number;
  /** How many fetches failed in a row. */
  failures: number;
  /** How many times in a row the broker said that the position is out of range, though it is not below the low end. */
  outOfRange: number;
  /** Whether nobody needs it: it is not fetched. */
  resting: boolean;
  /** Whether it is being asked where it goes on after a rest. */
  waking: boolean;
  /** Whether it has rested, and is not in the fetch yet that all others are in. */
  fresh: boolean;
  /** When it last got records, counted in fetches: who waited longest is served first. */
  servedAt: number;
}

/** A partition that is not placed yet. */
export function tailPartition({ topic, partition }: TopicPartition): TailPartition {
  return {
    topic,
    partition,
    position: undefined,
    placed: false,
    newLife: false,
    lastEpoch: -1,
    jumps: 0,
    open: 0,
    notBefore: 0,
    failures: 0,
    outOfRange: 0,
    resting: false,
    waking: false,
    fresh: false,
    servedAt: 0,
  };
}

/** What a batch covers: it starts at the partition's position. */
export interface Piece {
  readonly to: number;
  readonly high: number;
  readonly records?: readonly StoredRecord[];
  readonly lost?: "expired" | "log_changed";
}

/**
 * Moves the partition's position to the end of a piece, and makes the batch of it.
 *
 * @param done called once, when the batch is done
 */
export function advance(at: TailPartition, piece: Piece, done: () => void): Batch {
  const from = at.position!;
  const { to, lost } = piece;
  at.position = to;
  at.open++;
  if (lost) jump(at);
  let finished = false;
  return {
    topic: at.topic,
    partition: at.partition,
    from,
    to,
    records: piece.records ?? [],
    ...(lost ? { lost } : {}),
    high: Math.max(piece.high, to),
    done() {
      if (finished) return;
      finished = true;
      at.open--;
      done();
    },
  };
}

/** Forgets what was known of the log before the position. */
export function jump(at: TailPartition): void {
  at.jumps++;
  at.lastEpoch = -1;
  at.outOfRange = 0;
}
