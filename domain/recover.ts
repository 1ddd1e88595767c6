/** Replays: what a channel had after a cursor, up to where a subscription joined it. */
import { concat, concatMap, defer, EMPTY, ignoreElements, last, map, type Observable, of, scan, takeWhile } from "rxjs";
import { type Cursor, formatCursor, recordCheck } from "./cursor.ts";
import { portionsOf, type Publication } from "./publication.ts";
import { type ChannelPiece, readChannel } from "./read_channel.ts";
import type { Scene } from "./scene.ts";
import type { Served } from "./serving.ts";
import type { Target } from "./target.ts";

/** Why a channel cannot go on from a cursor. */
export type Unrecovered = "expired" | "log_changed" | "too_far" | "stateful_pipeline";

/** What a replay says: publications in order, and at last how it ended. */
export type RecoverStep =
  | { readonly kind: "publications"; readonly publications: readonly Publication[] }
  | { readonly kind: "end"; readonly reason?: Unrecovered };

/** What to replay. */
export interface Recovery {
  readonly target: Target;
  readonly served: Served;
  /** Everything after this; `earliest` is everything that the log has. */
  readonly since: Cursor | "earliest";
  /** The offset where the subscription joined: the end of the replay. */
  readonly to: number;
  /** Completes when there is room for more publications. */
  room(): Observable<unknown>;
}

/**
 * Reads what the channel of a recovery had after its cursor and before `to`: in log order, without duplicates, decided as the live tail
 * decided. Ends with one `end`, without a reason where nothing is missing. Errors with `LogUnavailable`.
 */
export function recover(scene: Scene, recovery: Recovery): Observable<RecoverStep> {
  const { log, settings: { replay } } = scene;
  const { since, served: { place, view }, to } = recovery;
  const end = (reason?: Unrecovered): Observable<RecoverStep> => of({ kind: "end", ...(reason ? { reason } : {}) });

  if (since === "earliest") {
    return log.range(place).pipe(
      concatMap(({ low }) =>
        to - low > replay.offsets
          ? end("too_far")
          : readAfter(scene, recovery, { offset: Math.min(low, to) - 1, index: 0 })
      ),
    );
  }
  if (since.partitions !== place.partitions) return end("log_changed");
  if (since.offset + 1 === to && formatCursor(since) === view.cursor(place.partitions)) return end();
  if (since.offset >= to) return end("log_changed");
  if (to - since.offset - 1 > replay.offsets) return end("too_far");
  return check(scene, { place, since }).pipe(
    concatMap((reason) => reason ? end(reason) : readAfter(scene, recovery, since)),
  );
}

/** Whether the record that a cursor was made of is still the one at its offset. Emits once. */
function check(scene: Scene, cursor: { place: Served["place"]; since: Cursor }): Observable<Unrecovered | undefined> {
  const { log } = scene;
  const { place, since: { offset, check: expected } } = cursor;
  if (offset < 0 || expected === 0) {
    // Made where the partition had no records up to here any more: it is the same log if that is still so.
    return log.range(place).pipe(
      map(({ low }) => low <= offset ? "log_changed" : low > offset + 1 ? "expired" : undefined),
    );
  }
  return log.read(place, { from: offset, to: offset + 1 }).pipe(
    map((batch): Unrecovered | undefined => {
      batch.done();
      if (batch.lost) return batch.lost;
      const record = batch.records.find((candidate) => candidate.offset === offset);
      // A hole: compaction removed the record, and perhaps others after it.
      if (!record) return "expired";
      return recordCheck(record) === expected ? undefined : "log_changed";
    }),
    last(null, "log_changed" as const),
  );
}

/** What is replayed at once is so many times less than what may wait for a connection. */
const PORTIONS = 4;

/** Reads everything after an offset that was checked, or after some of the publications of its record. */
function readAfter(
  scene: Scene,
  recovery: Recovery,
  after: Pick<Cursor, "offset" | "index">,
): Observable<RecoverStep> {
  const { replay, queueBytes } = scene.settings;
  const { target, served, to, room } = recovery;
  const untilRoom$ = defer(room).pipe(ignoreElements());
  const isPartly = after.index > 0;
  const from = isPartly ? after.offset : after.offset + 1;
  return concat(
    readChannel(scene, { target, served, from, to, ...(isPartly ? { since: after } : {}) }),
    of("all was read" as const),
  ).pipe(
    scan(countUp, { fitting: [], count: 0, bytes: 0, next: from }),
    concatMap(({ fitting, end, piece }) =>
      concat(
        // A batch of the log may hold more than may wait for the connection.
        ...portionsOf(fitting, queueBytes / PORTIONS).map((publications, at) =>
          concat(at === 0 ? EMPTY : untilRoom$, of<RecoverStep>({ kind: "publications", publications }))
        ),
        end ? of(end) : EMPTY,
        untilRoom$,
        defer(() => {
          piece?.done();
          return EMPTY;
        }),
      )
    ),
    takeWhile((step) => step.kind !== "end", true),
  );

  function countUp(before: Progress, piece: ChannelPiece | "all was read"): Progress {
    if (piece === "all was read") {
      // The log is shorter than it was when the subscription joined.
      const cut = before.next < to;
      return { ...before, fitting: [], end: { kind: "end", ...(cut ? { reason: "log_changed" } : {}) } };
    }
    const { lost, to: next } = piece;
    if (lost) return { ...before, fitting: [], piece, next, end: { kind: "end", reason: lost } };
    const count = before.count + piece.publications.length;
    const bytes = before.bytes + piece.bytes;
    const fitting = piece.publications.slice(0, Math.max(0, replay.publications - before.count));
    const tooFar = count > replay.publications || bytes > replay.bytes;
    return { fitting, count, bytes, next, piece, ...(tooFar ? { end: { kind: "end", reason: "too_far" } } : {}) };
  }
}

interface Progress {
  /** The publications of the last piece that are within the limit. */
  readonly fitting: readonly Publication[];
  /** How many publications of the channel, and bytes of record values, were read in all. */
  readonly count: number;
  readonly bytes: number;
  /** The offset after the last one that was read. */
  readonly next: number;
  readonly piece?: ChannelPiece;
  readonly end?: RecoverStep & { readonly kind: "end" };
}
