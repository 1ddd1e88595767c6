/** Appends what pipelines made to a log, and says `done()` when it is there. */
import { Observable, type Subscription } from "rxjs";
import type { LogRecord } from "../../domain/log_record.ts";
import { type OutRecord, type PlaceRecord, placeRecords } from "../../domain/out_record.ts";
import type { Log, LogState, Outcome, RejectReason } from "../../domain/ports/log.ts";
import type { PartitionerName } from "../../domain/route.ts";
import type { Delivery } from "../../streams/delivery.ts";

/** Where a record was written. */
export interface Appended {
  /** The topic. */
  readonly topic: string;
  /** The partition, from 0. */
  readonly partition: number;
  /** The offset. */
  readonly offset: number;
}

/** A record that can never be written. */
export interface Refused {
  /** What was to be written. */
  readonly record: OutRecord;
  /** `too_large`, `forbidden`, or `invalid`: also of a topic or partition that there is not. */
  readonly reason: Exclude<RejectReason, "unavailable">;
  /** In words for an operator. */
  readonly message: string;
}

/** What a sink does with records. */
export interface SinkRules {
  /** How keys name partitions: as Java's clients do, or librdkafka's. Default `murmur2`. */
  readonly partitioner?: PartitionerName;
  /**
   * What is to be written in the place of a record that can never be: another record, such as one for a dead-letter topic, or
   * nothing. Without it the sink errors with {@linkcode RecordRefused}: nothing is committed from there on. It errors, too, where
   * the other record is refused.
   */
  readonly refused?: (refused: Refused) => OutRecord | undefined;
}

/** A sink met a record that can never be written, and was not told what to do then. */
export class RecordRefused extends Error {
  /** Tells it from other errors. */
  override readonly name = "RecordRefused";

  /** What was refused, and why. */
  readonly refused: Refused;

  /** Says what was refused, and the way out. */
  constructor(refused: Refused) {
    super(`${refused.message}; give the sink "refused" to write such records elsewhere, or to leave them out`);
    this.refused = refused;
  }
}

interface Entry {
  readonly delivery: Delivery<OutRecord>;
  /** What is written: the delivery's record, or what stands for it. */
  readonly record: OutRecord;
}

/** Records of one append. */
const MOST_RECORDS = 1_000;
const RETRY_MS = { first: 50, most: 2_000 };

/**
 * Appends in the order of deliveries, a batch at a time: what comes meanwhile goes with the next one. What the log cannot take now, or may
 * have taken, is appended again, before all that comes later, for ever.
 *
 * @param log `ready` rejects where the log will never be there
 */
export function appendDeliveries(
  log: Pick<Log, "append" | "state"> & { readonly ready?: Promise<void> },
  { partitioner = "murmur2", refused }: SinkRules,
): (deliveries$: Observable<Delivery<OutRecord>>) => Observable<Appended> {
  return (deliveries$) =>
    new Observable((subscriber) => {
      const place = placeRecords(partitioner);
      let queue: Entry[] = [];
      let state: LogState | undefined;
      let known = false;
      let busy = false;
      let completed = false;
      let failures = 0;
      let retry: ReturnType<typeof setTimeout> | undefined;
      let appending: Subscription | undefined;

      const partitionsOf = (topic: string) => state?.topics.get(topic)?.partitions;

      const run = () => {
        if (busy || subscriber.closed) return;
        if (queue.length === 0) {
          // Nothing is left to write: a log that was never there is not waited for.
          if (completed) subscriber.complete();
          return;
        }
        // Topics are known from the first time on that the log was there.
        if (!known) return;
        busy = true;
        const taken = queue.slice(0, MOST_RECORDS);
        queue = queue.slice(MOST_RECORDS);
        append(taken);
      };

      const append = (taken: readonly Entry[]) => {
        const placed = taken.map(({ record }) => placedIn(record, { partitionsOf, place }));
        const sent = taken.flatMap((entry, at) => typeof placed[at] === "string" ? [] : [{ entry, at }]);
        const outcomes: (Outcome | undefined)[] = [];
        appending = log.append(sent.map(({ at }) => placed[at] as LogRecord)).subscribe({
          next: (outcome) => outcomes[sent[outcome.index]!.at] = outcome,
          complete() {
            const again: Entry[] = [];
            taken.forEach((entry, at) => {
              const to = placed[at]!;
              const outcome = outcomes[at];
              if (typeof to === "string") substitute(entry, { reason: "invalid", message: to }, again);
              else if (outcome?.kind === "appended") {
                entry.delivery.done();
                subscriber.next({ topic: to.topic, partition: to.partition, offset: outcome.offset });
              } else if (outcome?.kind === "rejected" && outcome.reason !== "unavailable") {
                substitute(entry, { reason: outcome.reason, message: outcome.message }, again);
              } else again.push(entry);
            });
            queue = [...again, ...queue];
            rest(again.length === 0);
          },
        });
      };

      /** Puts what stands for a refused record in its place. */
      const substitute = (entry: Entry, why: Omit<Refused, "record">, again: Entry[]) => {
        const { delivery, record } = entry;
        try {
          if (!refused || record !== delivery.value) throw new RecordRefused({ record, ...why });
          const other = refused({ record, ...why });
          if (other) again.push({ delivery, record: other });
          else delivery.done();
        } catch (error) {
          subscriber.error(error);
        }
      };

      const rest = (isDone: boolean) => {
        failures = isDone ? 0 : failures + 1;
        const pauseMs = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(failures - 1, 10));
        const next = () => {
          busy = false;
          run();
        };
        if (subscriber.closed) return;
        if (isDone) next();
        else retry = setTimeout(next, pauseMs);
      };

      const watching = log.state.subscribe({
        next(now) {
          state = now;
          known ||= now.available;
          run();
        },
      });
      log.ready?.catch((error) => subscriber.error(error));
      const incoming = deliveries$.subscribe({
        next(delivery) {
          queue.push({ delivery, record: delivery.value });
          // After this turn: what else it brings goes with it.
          if (queue.length === 1) queueMicrotask(run);
        },
        error: (error) => subscriber.error(error),
        complete() {
          completed = true;
          run();
        },
      });
      return () => {
        incoming.unsubscribe();
        watching.unsubscribe();
        appending?.unsubscribe();
        clearTimeout(retry);
      };
    });
}

/** The record with its partition; or, as text, why it can have none. */
export function placedIn(
  record: OutRecord,
  to: { readonly partitionsOf: (topic: string) => number | undefined; readonly place: PlaceRecord },
): LogRecord | string {
  const { topic, partition } = record;
  const partitions = to.partitionsOf(topic);
  if (partitions === undefined) {
    return `Cannot append record to topic "${topic}": it is none that the sink was given; name it there`;
  }
  if (partition !== undefined && !(Number.isInteger(partition) && partition >= 0 && partition < partitions)) {
    return `Cannot append record to partition ${partition} of topic "${topic}": it has ${partitions} partitions`;
  }
  return to.place(record, partitions);
}
