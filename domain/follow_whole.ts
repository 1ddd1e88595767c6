/** Following a topic that every node reads whole. */
import { concat, concatMap, defer, EMPTY, type Observable, of } from "rxjs";
import type { TopicPartition } from "./log_record.ts";
import type { Batch, Log, OffsetRange } from "./ports/log.ts";
import type { Effect } from "./ports/transport.ts";

/** Who keeps what a topic says. */
export interface TopicKeeper {
  readonly topic: string;
  /** Where a partition is to be read from. */
  start(place: TopicPartition, range: OffsetRange): number;
  /** Takes a batch, and says what its records do to connections. */
  take(batch: Batch): readonly Effect[];
}

/**
 * Reads a topic and follows it for ever: emits what each batch does, be it nothing, and then says that the batch is done. Errors where the
 * log's tail does.
 */
export function followWhole(log: Pick<Log, "tail">, keeper: TopicKeeper): Observable<readonly Effect[]> {
  return log.tail({ topics: [keeper.topic], start: (place, range) => keeper.start(place, range) }).pipe(
    concatMap((batch) =>
      concat(
        defer(() => of(keeper.take(batch))),
        defer(() => {
          batch.done();
          return EMPTY;
        }),
      )
    ),
  );
}
