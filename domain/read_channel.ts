/** A piece of the log as one channel's publications. */
import { map, type Observable } from "rxjs";
import { cursorOf } from "./cursor.ts";
import { DuplicateWindow } from "./duplicate_window.ts";
import { foldRecord } from "./fold_record.ts";
import type { StoredRecord } from "./log_record.ts";
import type { Batch } from "./ports/log.ts";
import type { Publication } from "./publication.ts";
import { channelOf } from "./route.ts";
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
      const publication = show(record);
      if (publication) publications.push(publication);
    }
    const lost = batch.lost !== undefined && batch.to > from ? { lost: batch.lost } : {};
    return { publications, to: batch.to, bytes, ...lost, done: () => batch.done() };
  }

  function show(record: StoredRecord): Publication | undefined {
    const cursor = cursorOf({ ...place, offset: record.offset, record });
    const shown = showRecord(record, { route, channel, cursor, recordBytes: settings.recordBytes, envelopes });
    return typeof shown === "string" ? undefined : shown;
  }
}
