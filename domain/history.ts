/** A look back at a channel, a page at a time. */
import { concatMap, EMPTY, expand, last, map, type Observable, of, reduce } from "rxjs";
import { type Cursor, cursorOf, parseCursor } from "./cursor.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import type { HistoryFrame, ServerFrame } from "./frame.ts";
import { payloadBytes, type Publication } from "./publication.ts";
import { readChannel } from "./read_channel.ts";
import { isStateful } from "./route.ts";
import type { Scene } from "./scene.ts";
import { type Served, whenServed } from "./serving.ts";
import type { Session } from "./session.ts";
import { excerpt, type Target, targetOf } from "./target.ts";

/** How many publications a page has if the client does not say, and at the most. */
const PAGE = { usual: 50, most: 1_000 };

/** A page ends early when its payloads pass so many bytes. */
const PAGE_BYTES = 256 * 1024;

/** How many offsets the first look back covers; each further one covers twice as many, up to the second number. */
const STRIDE = { first: 500, most: 50_000 };

interface Page {
  /** Oldest first. */
  readonly publications: readonly Publication[];
  /** Whether older ones of the same offsets were left out. */
  readonly cut: boolean;
  /** The first offset that was looked at. */
  readonly from: number;
  readonly low: number;
  readonly stride: number;
  readonly scanned: { readonly offsets: number; readonly bytes: number };
}

/** Answers `history`: the newest publications before a cursor, oldest first. Errors with `LogUnavailable`. */
export function history(scene: Scene, request: { session: Session; frame: HistoryFrame }): Observable<ServerFrame> {
  const { session, frame } = request;
  const target = targetOf(scene, { session, channel: frame.channel, action: "history" });
  if (isFailure(target)) return refuse(target);
  const { route } = target.match;
  if (isStateful(route)) {
    const message =
      `Cannot see the history of ${frame.channel}: its pipeline depends on when it runs; only what comes is shown`;
    return refuse(failure("stateful_pipeline", message));
  }
  const limit = Math.min(frame.limit ?? PAGE.usual, PAGE.most);
  return whenServed(scene, { target }).pipe(
    concatMap((served) => {
      const end = endOf(served);
      return isFailure(end) ? refuse(end) : lookBack(scene, { target, served, ...end, limit });
    }),
    map((result) => "type" in result ? result : answer(result)),
  );

  function endOf({ place, view }: Served): Pick<Look, "end" | "before"> | Failure {
    if (frame.before === undefined) return { end: view.next };
    const before = parseCursor(frame.before);
    if (before && before.partitions === place.partitions && before.partition === place.partition) {
      // A record can have become several publications: those before the cursor's own are of the page, too.
      if (route.pipeline?.outbound) return { end: Math.min(before.offset + 1, view.next), before };
      return { end: Math.min(before.offset, view.next) };
    }
    return failure(
      "bad_cursor",
      `Cannot see the history of ${frame.channel} before ${excerpt(frame.before)}: ` +
        "expected a cursor of this channel, from a log with as many partitions",
    );
  }

  function answer({ served: { place }, page }: Looked): ServerFrame {
    const { publications, cut } = newest(page.publications, limit);
    const oldest = publications[0];
    const cursor = oldest?.cursor ?? cursorOf({ ...place, offset: page.from, record: undefined });
    const more = cut || page.cut || page.from > page.low;
    return { type: "history", id: frame.id, channel: frame.channel, publications, more, cursor };
  }

  function refuse(reason: Failure): Observable<ServerFrame> {
    return of({ type: "error", id: frame.id, failure: reason });
  }
}

interface Look {
  readonly target: Target;
  readonly served: Served;
  /** The offset after the last one to look at, and what of the record before it. */
  readonly end: number;
  readonly before?: Cursor;
  readonly limit: number;
}

interface Looked {
  readonly served: Served;
  readonly page: Page;
}

/** Looks back stride by stride until there are enough publications, or nothing more, or too much was read. */
function lookBack(scene: Scene, look: Look): Observable<Looked> {
  const { served, end, limit } = look;
  const { replay } = scene.settings;
  return scene.log.range(served.place).pipe(
    map(({ low }): Page => ({
      publications: [],
      cut: false,
      from: Math.max(end, 0),
      low,
      stride: STRIDE.first,
      scanned: { offsets: 0, bytes: 0 },
    })),
    expand((page) => {
      const { scanned, from, low, publications } = page;
      const enough = publications.length >= limit || bytesOf(publications) > PAGE_BYTES;
      if (enough || from <= low || scanned.offsets >= replay.offsets || scanned.bytes >= replay.bytes) return EMPTY;
      return readStride(scene, look, page);
    }, 1),
    last(),
    map((page) => ({ served, page })),
  );
}

/** Puts the publications of the offsets before a page in front of it. */
function readStride(scene: Scene, look: Look, page: Page): Observable<Page> {
  const from = Math.max(page.low, page.from - page.stride);
  return readChannel(scene, { ...look, from, to: page.from }).pipe(
    reduce((seen, piece) => {
      // No more than a page is kept: a stride can hold far more than that.
      const { publications, cut } = newest([...seen.publications, ...piece.publications], look.limit);
      piece.done();
      return { publications, cut: seen.cut || cut, bytes: seen.bytes + piece.bytes };
    }, { publications: [] as readonly Publication[], cut: false, bytes: 0 }),
    map(({ publications, cut, bytes }): Page => ({
      publications: [...publications, ...page.publications],
      cut,
      from,
      low: page.low,
      stride: Math.min(page.stride * 2, STRIDE.most),
      scanned: { offsets: page.scanned.offsets + page.from - from, bytes: page.scanned.bytes + bytes },
    })),
  );
}

/** The newest of the publications that fit a page, and whether older ones were left out. */
function newest(
  publications: readonly Publication[],
  limit: number,
): { publications: readonly Publication[]; cut: boolean } {
  let bytes = 0;
  let from = publications.length;
  while (from > 0 && publications.length - from < limit && (bytes === 0 || bytes <= PAGE_BYTES)) {
    bytes += payloadBytes(publications[--from]!);
  }
  return { publications: publications.slice(from), cut: from > 0 };
}

function bytesOf(publications: readonly Publication[]): number {
  return publications.reduce((sum, publication) => sum + payloadBytes(publication), 0);
}
