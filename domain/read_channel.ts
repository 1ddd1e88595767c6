/** A piece of the log as one channel's publications. */
import { map, type Observable } from "rxjs";
import { type Cursor, cursorOf } from "./cursor.ts";
import { DuplicateWindow } from "./duplicate_window.ts";
import { foldRecord } from "./fold_record.ts";
import type { StoredRecord } from "./log_record.ts";
import type { Batch } from "./ports/log.ts";
import type { Publication } from "./publication.ts";
import { channelOf } from "./route.ts";
import { runEach } from "./run_each.ts";
import type { Scene } from "./scene.ts";
import type { Served } from "./serving.ts";
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
 * live tail has not folded the range, one duplicate window before it is folded first. Errors with `LogUnavailable`.
 */
export function readChannel(scene: Scene, range: ChannelRange): Observable<ChannelPiece> {
  const { log, settings, routes, envelopes } = scene;
  const { target: { channel, match: { route, key } }, served: { place, view }, from, to } = range;
  const exact = from >= view.exactFrom;
  const window = exact ? undefined : new DuplicateWindow(settings.duplicates);
  const start = exact ? from : Math.max(0, from - settings.duplicates.offsets);
  return log.read(place, { from: start, to, ...(key === null ? {} : { key }) }).pipe(map(pieceOf));

  function pieceOf(batch: Batch): ChannelPiece {
    const publications: Publication[] = [];
    let bytes = 0;
    for (const record of batch.records) {
      bytes += record.value?.length ?? 0;
      const duplicate = window ? foldRecord(window, record, routes) : view.isDuplicate(record.offset);
      if (duplicate || record.offset < from || channelOf(route, record.key) !== channel) continue;
      const shown = show(record);
      publications.push(...range.before || range.since ? partOf(record.offset, shown) : shown);
    }
    const lost = batch.lost !== undefined && batch.to > from ? { lost: batch.lost } : {};
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
