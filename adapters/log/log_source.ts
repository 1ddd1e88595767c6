/** Reads topics of any log, from where it was. */
import { filter, firstValueFrom, type Observable, takeUntil } from "rxjs";
import type { StoredRecord, TopicPartition } from "../../domain/log_record.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Delivery } from "../../streams/delivery.ts";
import type { Checkpoints } from "../jobs/checkpoints.ts";
import { IN_FLIGHT, type InFlight } from "../jobs/hand_out.ts";
import { nameOf, type Position } from "../jobs/position.ts";
import { readPositions } from "../jobs/read_positions.ts";
import { abortOf } from "../jobs/pause.ts";
import { stoppable } from "../jobs/stoppable.ts";
import { scriptTelemetry } from "../telemetry/mod.ts";

/** What of a log is read, and how. */
export interface LogSourceOptions {
  /** The topics to read. */
  readonly topics: readonly string[];
  /** Where it is kept how far all is done: one for each reader. */
  readonly checkpoints: Checkpoints;
  /** Where to begin in a partition of which no position is kept. Default `earliest`. */
  readonly from?: "earliest" | "latest";
  /** How often positions are saved, in milliseconds. Default 1,000. */
  readonly saveMs?: number;
  /** How much may be handed out and not `done()`. Default 1,000 records, 16 MiB. */
  readonly inFlight?: Partial<InFlight>;
  /** Aborts to drain: nothing more is handed out, and the source completes when all that was is done, and saved. */
  readonly signal?: AbortSignal;
  /** Default: lines on standard error, from `info` on. */
  readonly telemetry?: Telemetry;
}

/**
 * The records of topics of a log, each to be `done()` once all that became of it was written. At least once: the position that is kept of a
 * partition is that of the first record that is not done, so that a process that dies in whatever way loses nothing, and reads again what
 * was not saved.
 *
 * Records of one partition come in its order; partitions take turns. At most `inFlight` are handed out and not done. A log that is
 * away is waited for. Errors where the log is closed, does not have the topic, or checkpoints cannot be loaded. Unsubscribing saves
 * what is done, in the background. Values and headers must not be changed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryCheckpoints } from "@tidegate/tidegate/jobs";
 * import { logSink, logSource, memoryLog } from "@tidegate/tidegate/log";
 * import { asyncScheduler, firstValueFrom, lastValueFrom, map, of } from "rxjs";
 *
 * const log = memoryLog({ topics: { chat: 2 }, clock: { scheduler: asyncScheduler } });
 * const hello = { value: { topic: "chat", key: "lobby", value: "hello" }, done: () => {} };
 * await lastValueFrom(of(hello).pipe(logSink(log)));
 *
 * const checkpoints = memoryCheckpoints();
 * const stop = new AbortController();
 * const read$ = logSource(log, { topics: ["chat"], checkpoints, signal: stop.signal }).pipe(
 *   map(({ value, done }) => {
 *     done();
 *     stop.abort();
 *     return value.key;
 *   }),
 * );
 * assertEquals(await lastValueFrom(read$), "lobby");
 * assertEquals((await checkpoints.load()).filter(({ offset }) => offset === 1).length, 1);
 * await log.close();
 * ```
 */
export function logSource(log: Log, options: LogSourceOptions): Observable<Delivery<StoredRecord>> {
  const { topics, checkpoints, from = "earliest", signal, telemetry = scriptTelemetry() } = options;
  return stoppable(signal, async ({ stop, cut, next }) => {
    const all = new Map<string, Position>();
    for (const at of await checkpoints.load()) all.set(nameOf(at), at);
    const atEnd = from === "latest" ? await partitionsOf(log, topics, stop) : [];
    if (stop.aborted) return;
    await readPositions({
      kept: new Map([...all].map(([name, { offset }]) => [name, offset])),
      async save(moved) {
        for (const at of moved) all.set(nameOf(at), at);
        try {
          await checkpoints.save([...all.values()]);
          return true;
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          telemetry.note("warn", "Cannot save positions", { reason });
          return false;
        }
      },
      saveMs: options.saveMs ?? 1_000,
      atEnd,
      range: (of) => log.range(of),
      tail: (start) => log.tail({ topics, start }),
      inFlight: { ...IN_FLIGHT, ...options.inFlight },
      next,
      telemetry,
      ending: stop,
      mayWait: () => !cut.aborted,
    });
  });
}

/** The partitions that topics have, once the log knows them; none where the signal aborts first. */
async function partitionsOf(log: Log, topics: readonly string[], signal: AbortSignal): Promise<TopicPartition[]> {
  const state = await firstValueFrom(
    log.state.pipe(filter(({ available }) => available), takeUntil(abortOf(signal))),
    { defaultValue: undefined },
  );
  return topics.flatMap((topic) =>
    Array.from({ length: state?.topics.get(topic)?.partitions ?? 0 }, (_, partition) => ({ topic, partition }))
  );
}
