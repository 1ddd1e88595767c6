/** The reading half of the `Log` port over any partitions. */
import { defer, Observable, of, type SchedulerLike, throwError } from "rxjs";
import type { TopicPartition } from "../../domain/log_record.ts";
import {
  type Batch,
  LogUnavailable,
  type OffsetRange,
  type ReadRange,
  type TailRequest,
} from "../../domain/ports/log.ts";
import { BatchCursor } from "./batch_cursor.ts";
import type { PartitionSource } from "./partition_source.ts";
import type { PartitionTable } from "./partition_table.ts";

/** How many batches of a partition a tail has open before it stops reading. */
const TAIL_OPEN_BATCHES = 4;

/** What readers read from. */
export interface Reading {
  readonly partitions: PartitionTable<PartitionSource>;
  readonly scheduler: SchedulerLike;
}

/** `Log.tail` */
export function tailOf({ partitions, scheduler }: Reading, request: TailRequest): Observable<Batch> {
  return new Observable((subscriber) => {
    const stops: (() => void)[] = [];
    subscriber.add(() => stops.forEach((stop) => stop()));
    const sources = [...new Set(request.topics)].flatMap((topic) => {
      const found = partitions.ofTopic(topic);
      if (!found) {
        throw new RangeError(`Cannot follow topic ${topic}: ${partitions.whyMissing({ topic, partition: 0 })}`);
      }
      return found;
    });
    const { rest } = request;
    for (const source of sources) {
      const { topic, partition } = source;
      let cursor: BatchCursor | undefined;
      let resting = false;
      const advance = () => {
        if (subscriber.closed || (!cursor && !source.available)) return;
        cursor ??= begin(source, request.start({ topic, partition }, rangeIn(source)));
        if (!resting && cursor.idle) resting = rest?.mayRest({ topic, partition }) ?? false;
        if (resting && !wakes(cursor)) return;
        cursor.advance();
      };
      const wakes = (before: BatchCursor) => {
        if (!source.available || rest!.mayRest({ topic, partition })) return false;
        // What the partition is now is told before it serves.
        if (before.isOfBefore) before.advance();
        resting = false;
        const position = rest!.resume({ topic, partition }, rangeIn(source));
        if (position !== before.position && !before.isOfBefore) {
          before.stop();
          cursor = begin(source, position);
        }
        return true;
      };
      stops.push(source.watch(advance), () => cursor?.stop(), rest?.onNeed(advance) ?? (() => {}));
      advance();
    }

    function begin(source: PartitionSource, start: number): BatchCursor {
      const { low, high } = source;
      return new BatchCursor(source, {
        from: Math.min(Math.max(start, low), high),
        to: Infinity,
        openBatches: TAIL_OPEN_BATCHES,
        scheduler,
        emit: (batch) => subscriber.next(batch),
        end: () => {},
        // It is told to advance when the log is back.
        fail: () => {},
      });
    }
  });
}

function rangeIn({ low, high }: PartitionSource): OffsetRange {
  return { low, high };
}

/** `Log.read` */
export function readOf({ partitions, scheduler }: Reading, place: TopicPartition, range: ReadRange): Observable<Batch> {
  return new Observable((subscriber) => {
    const source = partitions.require(place, "read");
    if (!source.available) throw unreachable(place);
    const cursor = new BatchCursor(source, {
      from: Math.max(0, range.from),
      to: Math.min(range.to, source.high),
      ...(range.key === undefined ? {} : { key: range.key }),
      openBatches: 1,
      scheduler,
      emit: (batch) => subscriber.next(batch),
      end: () => subscriber.complete(),
      fail: (error) => subscriber.error(error),
    });
    subscriber.add(() => cursor.stop());
    cursor.advance();
  });
}

/** `Log.range` */
export function rangeOf({ partitions }: Pick<Reading, "partitions">, place: TopicPartition): Observable<OffsetRange> {
  return defer(() => {
    const source = partitions.require(place, "tell the offsets of");
    if (!source.available) return throwError(() => unreachable(place));
    return of({ low: source.low, high: source.high });
  });
}

function unreachable({ topic, partition }: TopicPartition): LogUnavailable {
  return new LogUnavailable(`Cannot read ${topic}/${partition}: the log is away`);
}
