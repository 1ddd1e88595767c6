/** A piece of the log as one channel's publications. */
import { concatMap, map, type Observable } from "rxjs";
import { type Cursor, cursorOf } from "./cursor.ts";
import type { StoredRecord } from "./log_record.ts";
import type { Batch } from "./ports/log.ts";
import type { Publication } from "./publication.ts";
import { channelOf } from "./route.ts";
import { runEach } from "./run_each.ts";
import type { Scene } from "./scene.ts";
import type { Served } from "./serving.ts";
import { NOTHING_TO_FOLD } from "./shared_folds.ts";
import { showRecord } from "./show_record.ts";
import type { Target } from "./target.ts";

/** Which offsets of which channel. */
export interface ChannelRange {
  readonly target: Target;
  readonly served: Served;
  /** The first offset. */
  readonly from: number;
  /** The offset after the last; not after the live tail's. */
  readonly to: number;
  /** So many of the publications of the record at this offset are left out, from the first on. */
  readonly since?: Pick<Cursor, "offset" | "index">;
  /** Of the record at this offset only those before the last one that `index` counts, as a cursor does, are read. */
  readonly before?: Pick<Cursor, "offset" | "index">;
}

/** What one batch of the log had for a channel. */
export interface ChannelPiece {
  /** In log order; records that cannot be shown are left out, as they are live. */
  readonly publications: readonly Publication[];
  /** The offset after the last one that was read. */
  readonly to: number;
  /** How many bytes of record values were read for it. */
  readonly bytes: number;
  /** Present where the log lost or cut some of the range. */
  readonly lost?: "expired" | "log_changed";
  /** Says that the piece was taken and another one may be read. */
  done(): void;
}

/**
 * Reads a range of a channel in order, without the records that the live tail found, or would have found, to be duplicates: where the
 * live tail has not folded the range, it is folded first, with one duplicate window before it, once for all who ask. Errors with `LogUnavailable`.
 */
export function readChannel(scene: Scene, range: ChannelRange): Observable<ChannelPiece> {
  const { log, settings, envelopes, folds } = scene;
  const { target: { channel, match: { route, key } }, served: { place, view }, from, to } = range;
  const { exactFrom } = view;
  const folded$ = from >= exactFrom ? NOTHING_TO_FOLD : folds.duplicates(scene, { place, key, from, upTo: exactFrom });
  return folded$.pipe(
    concatMap((folded) =>
      log.read(place, { from, to, ...(key === null ? {} : { key }) }).pipe(map((batch) => pieceOf(batch, folded)))
    ),
  );

  function pieceOf(batch: Batch, folded: ReadonlySet<number>): ChannelPiece {
    const publications: Publication[] = [];
    let bytes = 0;
    for (const record of batch.records) {
      bytes += record.value?.length ?? 0;
      const { offset } = record;
      const duplicate = offset < exactFrom ? folded.has(offset) : view.isDuplicate(offset);
      if (duplicate || channelOf(route, record.key) !== channel) continue;
      const shown = show(record);
      publications.push(...range.before || range.since ? partOf(offset, shown) : shown);
    }
    const lost = batch.lost === undefined ? {} : { lost: batch.lost };
    return { publications, to: batch.to, bytes, ...lost, done: () => batch.done() };
  }

  function show(record: StoredRecord): readonly Publication[] {
    const { offset } = record;
    const cursor = (index: number) => cursorOf({ ...place, offset, record, index });
    const shown = showRecord(record, {
      route,
      channel,
      cursor: cursor(0),
      recordBytes: settings.recordBytes,
      envelopes,
    });
    if (typeof shown === "string") return [];
    const outbound = route.pipeline?.outbound;
    return outbound?.kind === "each" ? runEach(scene, { each: outbound, publication: shown, cursor }) : [shown];
  }

  function partOf(offset: number, shown: readonly Publication[]): readonly Publication[] {
    if (range.since?.offset === offset) return shown.slice(range.since.index);
    if (range.before?.offset !== offset) return shown;
    return shown.slice(0, range.before.index > 0 ? range.before.index - 1 : -1);
  }
}
