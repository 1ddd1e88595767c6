/** Reads a bounded range of one partition. */
import { Observable } from "rxjs";
import type { TopicPartition } from "../../domain/log_record.ts";
import { type Batch, LogUnavailable, type OffsetRange, type ReadRange } from "../../domain/ports/log.ts";
import type { ClusterView } from "./cluster_view.ts";
import type { Gate } from "./gate.ts";
import { patiently } from "./patience.ts";
import { askRanges } from "./ranges.ts";
import { fetchOnce } from "./read_fetch.ts";
import type { ReadingParts } from "./tail_context.ts";
import { advance, type Piece, type TailPartition, tailPartition } from "./tail_partition.ts";
import { bell } from "./wait.ts";

/** What bounded reading needs. */
export interface ReadParts extends ReadingParts {
  /** The topics of the log. */
  readonly topics: readonly string[];
  /** Aborts when the log is closed. */
  readonly closing: AbortSignal;
  readonly gate: Gate;
}

/** How much of a partition the first fetch of a read asks for; each further one four times as much, up to the limit. */
const FIRST_FETCH_BYTES = 64 * 1024;

/** The range of `Log`. */
export function range(parts: ReadParts, of: TopicPartition): Observable<OffsetRange> {
  return observe(parts, async ({ next, signal }) => next(await askRange(parts, of, signal)));
}

/** The bounded read of `Log`. */
export function read(parts: ReadParts, of: TopicPartition, wanted: ReadRange): Observable<Batch> {
  return observe(parts, async ({ next, signal }) => {
    const { low, high } = await askRange(parts, of, signal);
    const id = parts.cluster.state.view?.topics.get(of.topic)?.id;
    const to = Math.min(wanted.to, high);
    const at: TailPartition = { ...tailPartition(of), position: wanted.from };
    const taken = bell();
    const emit = async (piece: Piece) => {
      next(advance(at, { ...piece, to: Math.min(piece.to, to) }, taken.ring));
      while (at.open > 0 && !signal.aborted) await taken.wait(60_000, signal);
    };

    if (at.position! < Math.min(low, to)) await emit({ to: low, high, lost: "expired" });
    for (let maxBytes = FIRST_FETCH_BYTES; at.position! < to && !signal.aborted;) {
      const piece = await patiently(parts, async (leftMs) => {
        const asked = { of, id, from: at.position!, to, maxBytes, leftMs };
        return await parts.gate.run(() =>
          fetchOnce(parts, wanted.key === undefined ? asked : { ...asked, key: wanted.key })
        );
      }, { what: `read ${of.topic} ${of.partition} at offset ${at.position}`, signal });
      maxBytes = Math.min(maxBytes * 4, Math.max(parts.limits.fetchBytes, FIRST_FETCH_BYTES));
      await emit(piece);
    }
  });
}

async function askRange(parts: ReadParts, of: TopicPartition, signal: AbortSignal): Promise<OffsetRange> {
  const what = `ask for the offsets of ${of.topic} ${of.partition}`;
  if (!parts.topics.includes(of.topic)) {
    throw new LogUnavailable(`Cannot ${what}: the log holds ${parts.topics.join(", ")}`);
  }
  let lacking: ClusterView | undefined;
  return await patiently(parts, async (leftMs) => {
    const { view } = parts.cluster.state;
    if (!view) return undefined;
    const partitions = view.topics.get(of.topic)?.partitions;
    if (partitions && !partitions.has(of.partition)) {
      // It may be a new one: the next view tells.
      if (lacking && lacking !== view) {
        throw new LogUnavailable(`Cannot ${what}: the topic has ${partitions.size} partitions`);
      }
      lacking = view;
      parts.cluster.refresh();
      return undefined;
    }
    const deadlineMs = Math.min(leftMs, parts.deadlines.requestMs);
    const asked = { partitions: [of.partition], deadlineMs };
    const { ranges, failure } = await parts.gate.run(() => askRanges(parts.cluster, of.topic, asked));
    if (failure) throw failure;
    return ranges.get(of.partition);
  }, { what, signal });
}

/** An observable of what an asynchronous task says; the task's signal aborts when nobody listens, or the log closes. */
function observe<T>(
  { closing, background }: ReadParts,
  task: (to: { next(value: T): void; signal: AbortSignal }) => Promise<void>,
): Observable<T> {
  return new Observable((subscriber) => {
    const ending = new AbortController();
    const { signal } = ending;
    const end = () => ending.abort();
    closing.addEventListener("abort", end);
    if (closing.aborted) end();
    const closed = () => new LogUnavailable("Cannot read the log: it is closed");
    const next = (value: T) => subscriber.next(value);
    background.run(
      task({ next, signal }).then(
        () => signal.aborted ? subscriber.error(closed()) : subscriber.complete(),
        (error) => subscriber.error(error),
      ),
    );
    return () => {
      closing.removeEventListener("abort", end);
      end();
    };
  });
}
