/** Reads partitions from where it was, hands records out, and keeps how far all of them are done. */
import { firstValueFrom, type Observable, type Subscription } from "rxjs";
import type { StoredRecord, TopicPartition } from "../../domain/log_record.ts";
import { type Batch, LogUnavailable, type OffsetRange } from "../../domain/ports/log.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Delivery } from "../../streams/delivery.ts";
import { type HandOut, handOut, type InFlight } from "./hand_out.ts";
import { pause } from "./pause.ts";
import { nameOf, type Position } from "./position.ts";

/** What reading takes. */
export interface ReadPositions {
  /** The positions that are kept, by `nameOf` their partition; below 0 where there is none. Changed in place. */
  readonly kept: Map<string, number>;
  /** Keeps positions that moved. Resolves with whether they are kept; where they are not, they are tried again with the next ones. */
  save(moved: readonly Position[]): Promise<boolean>;
  /** How often positions are kept, in milliseconds. */
  readonly saveMs: number;
  /** The partitions that begin at the ends that they have now, where no position is kept; others begin at their low ends. */
  readonly atEnd: readonly TopicPartition[];
  range(of: TopicPartition): Observable<OffsetRange>;
  /** Follows the partitions. */
  tail(start: (at: TopicPartition, range: OffsetRange) => number): Observable<Batch>;
  readonly inFlight: InFlight;
  readonly next: (delivery: Delivery<StoredRecord>) => void;
  readonly telemetry: Telemetry;
  /** Aborts when nothing more is to be handed out. */
  readonly ending: AbortSignal;
  /** Whether to wait, once that is so, until what was handed out is done; asked again and again. */
  readonly mayWait: () => boolean;
}

/** How often it looks whether it may still wait, in milliseconds. */
const LOOK_MS = 100;

/**
 * Reads until `ending` aborts, then waits, while it may, for what was handed out. Positions are kept in between, and at the end.
 * A delivery that is done after that does nothing. Rejects where the tail errors, or a position can never be kept.
 */
export async function readPositions(options: ReadPositions): Promise<void> {
  const { kept, ending } = options;
  let wake = () => {};
  const out = handOut(options.inFlight, {
    next: options.next,
    settled: () => {
      if (out.underWay === 0) wake();
    },
  });
  const save = async () => {
    const moved = out.positions().filter((at) => at.offset !== kept.get(nameOf(at)));
    if (moved.length === 0 || !await options.save(moved)) return;
    for (const at of moved) kept.set(nameOf(at), at.offset);
  };

  (await endsOf(options.atEnd, options)).forEach(out.begin);
  // Kept before anything is read: whoever comes next does not begin at an end that is later still.
  if (options.atEnd.length > 0) await save();
  if (ending.aborted) return;
  const failing = new AbortController();
  const over = AbortSignal.any([ending, failing.signal]);
  over.addEventListener("abort", out.stop);
  const following = follow(options, out, (error) => failing.abort(error));
  try {
    while (!over.aborted) {
      await pause(options.saveMs, over);
      await save();
    }
    failing.signal.throwIfAborted();
    for (let savedAt = performance.now(); out.underWay > 0 && options.mayWait();) {
      const settled = new AbortController();
      wake = () => settled.abort();
      await pause(LOOK_MS, settled.signal);
      if (performance.now() - savedAt < options.saveMs) continue;
      await save();
      savedAt = performance.now();
    }
    await save();
  } finally {
    out.stop();
    following.unsubscribe();
  }
}

function follow(options: ReadPositions, out: HandOut, fail: (error: unknown) => void): Subscription {
  return options.tail(startWhereKept(out, options)).subscribe({
    next(batch) {
      if (batch.lost) noteLost(options.telemetry, batch);
      out.offer(batch);
    },
    error: fail,
  });
}

/** Has partitions begin where they are kept to be, as far as the log still has that; others at their low ends. */
export function startWhereKept(
  out: HandOut,
  { kept, telemetry }: Pick<ReadPositions, "kept" | "telemetry">,
): (at: TopicPartition, range: OffsetRange) => number {
  return ({ topic, partition }, { low, high }) => {
    const known = out.position({ topic, partition }) ?? kept.get(nameOf({ topic, partition })) ?? -1;
    const offset = known < 0 ? low : Math.min(Math.max(known, low), high);
    if (known >= 0 && offset !== known) noteLost(telemetry, { topic, partition, from: known, to: offset });
    out.begin({ topic, partition, offset });
    return offset;
  };
}

function noteLost(
  telemetry: Telemetry,
  { topic, partition, from, to }: Pick<Batch, "topic" | "partition" | "from" | "to">,
): void {
  telemetry.note("warn", "The log no longer has records that were not read", { topic, partition, from, to });
}

/**
 * The ends that partitions have now, of those of which no position is kept; asks until it has them.
 *
 * @returns fewer where the signal aborts first
 */
export async function endsOf(
  partitions: readonly TopicPartition[],
  { kept, range, telemetry, ending }: Pick<ReadPositions, "kept" | "range" | "telemetry" | "ending">,
): Promise<Position[]> {
  const ends: Position[] = [];
  for (const { topic, partition } of partitions) {
    const at = { topic, partition };
    for (let found = (kept.get(nameOf(at)) ?? -1) >= 0; !found && !ending.aborted;) {
      try {
        ends.push({ ...at, offset: (await firstValueFrom(range(at))).high });
        found = true;
      } catch (error) {
        if (!(error instanceof LogUnavailable)) throw error;
        telemetry.note("warn", "Cannot ask for the end of a partition", { reason: error.message });
        await pause(LOOK_MS, ending);
      }
    }
  }
  return ends;
}
