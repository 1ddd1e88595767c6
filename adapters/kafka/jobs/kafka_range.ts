/** Reads what topics hold now, from some point on, to its end. */
import { merge, type Observable } from "rxjs";
import type { StoredRecord } from "../../../domain/log_record.ts";
import type { Delivery } from "../../../streams/delivery.ts";
import { handOut, IN_FLIGHT, type InFlight } from "../../jobs/hand_out.ts";
import type { Position } from "../../jobs/position.ts";
import { type Run, stoppable } from "../../jobs/stoppable.ts";
import { offsetsAt } from "../offsets_at.ts";
import { type KafkaReading, openReading } from "../reading.ts";
import { aborted, bell } from "../wait.ts";
import { jobLog, type KafkaJobConnection } from "./job_connection.ts";

/** A point in topics: a time, the first record of which is at or after it; or positions. */
export type RangeEnd =
  /** Milliseconds since 1970, compared with the time of records. */
  | { readonly time: number }
  /** Of some partitions; the others are left out. */
  | readonly Position[];

/** What of topics is read. */
export interface KafkaRangeOptions extends KafkaJobConnection {
  /** The topics to read, all of their partitions. */
  readonly topics: readonly string[];
  /** Where to begin. Default `earliest`: with all that they still hold. */
  readonly from?: "earliest" | RangeEnd;
  /** Where to end, exclusive. Default: the ends that partitions have when reading begins. */
  readonly to?: RangeEnd;
  /** How much may be handed out and not `done()`. Default 1,000 records, 16 MiB. */
  readonly inFlight?: Partial<InFlight>;
  /** Aborts to drain: nothing more is handed out, and the source completes when all that was is done. */
  readonly signal?: AbortSignal;
}

/**
 * The records that topics hold now, then completes once all of them are `done()`. Without a consumer group: nothing is committed, and a process
 * that dies begins anew.
 *
 * Records of one partition come in its order; partitions take turns. At most `inFlight` are handed out and not done. Brokers that are
 * away are waited for. Errors with `KafkaStartError` on what waiting does not mend. Needs READ on the topics, and the permission
 * `net` for every broker.
 *
 * @example
 * ```ts ignore
 * import { kafkaRange } from "@tidegate/tidegate/kafka";
 *
 * const lastHour$ = kafkaRange({
 *   brokers: ["127.0.0.1:9092"],
 *   topics: ["trades"],
 *   from: { time: Date.now() - 3_600_000 },
 * });
 * ```
 */
export function kafkaRange(options: KafkaRangeOptions): Observable<Delivery<StoredRecord>> {
  const { topics, signal } = options;
  return stoppable(signal, async (run) => {
    const log = jobLog(options, { topics });
    const reading = openReading({ ...log, deadlines: { ...log.deadlines, readMs: Infinity } });
    try {
      await Promise.race([reading.startup, aborted(run.stop)]);
      if (!run.stop.aborted) await readRanges(reading, { ...options, ...run });
    } finally {
      await reading.close();
    }
  });
}

async function readRanges(
  reading: KafkaReading,
  options: KafkaRangeOptions & Run<Delivery<StoredRecord>>,
): Promise<void> {
  const { topics, from = "earliest", to, stop, cut } = options;
  const ranges = await offsetsAt(reading, { topics, from, to, signal: stop });
  if (stop.aborted) return;
  const settled = bell();
  const out = handOut({ ...IN_FLIGHT, ...options.inFlight }, { next: options.next, settled: settled.ring });
  stop.addEventListener("abort", out.stop);
  for (const { from: offset, ...at } of ranges) out.begin({ ...at, offset });
  const reads = ranges.map((range) => reading.read(range, range));
  await new Promise<void>((resolve, reject) => {
    const running = merge(...reads).subscribe({ next: out.offer, error: reject, complete: resolve });
    aborted(stop).then(() => {
      running.unsubscribe();
      resolve();
    });
  });
  const isDone = () => ranges.every((range) => out.position(range)! >= range.to);
  while (!cut.aborted && (stop.aborted ? out.underWay > 0 : !isDone())) {
    await settled.wait(1_000, stop.aborted ? cut : stop);
  }
}
