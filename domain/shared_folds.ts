/** Which records of a channel are duplicates, where the live tail has not folded them: found out once for all replays that ask. */
import { concatMap, defer, map, type Observable, of, reduce, shareReplay } from "rxjs";
import { DuplicateWindow } from "./duplicate_window.ts";
import { foldRecord } from "./fold_record.ts";
import type { TopicPartition } from "./log_record.ts";
import type { Scene } from "./scene.ts";

/** What is asked. */
export interface FoldRequest {
  /** The partition. */
  readonly place: TopicPartition;
  /** The record key of the channel; `null`: all records of the partition. */
  readonly key: string | null;
  /** The first offset that has to be known. */
  readonly from: number;
  /** The offset from which on the live tail knows; more than `from`. */
  readonly upTo: number;
}

interface Fold extends Pick<FoldRequest, "from" | "upTo"> {
  readonly duplicates$: Observable<ReadonlySet<number>>;
}

/** How many channels are remembered; the one that was asked for longest ago is forgotten first. */
const REMEMBERED = 1_000;

/**
 * The folds of one gateway over what was in the log before it started. Many clients that come back to a node after its restart cost one
 * reading of the window, not one each. One a gateway.
 */
export class SharedFolds {
  readonly #folds = new Map<string, Fold>();

  /**
   * The offsets of the channel's records, from `from` to `upTo`, that are duplicates of earlier ones; it may hold others too. Emits once
   * and completes. Errors with `LogUnavailable`, and is asked of the log again then.
   */
  duplicates(scene: Pick<Scene, "log" | "routes" | "settings">, request: FoldRequest): Observable<ReadonlySet<number>> {
    return defer(() => {
      const { place: { topic, partition }, key, from, upTo } = request;
      const name = `${topic}/${partition}/${key ?? ""}${key === null ? "" : "!"}`;
      const known = this.#folds.get(name);
      const fits = known !== undefined && known.upTo >= upTo;
      const fold = fits && known.from <= from ? known : {
        from,
        upTo,
        duplicates$: (fits ? extended(scene, request, known) : read(scene, request)).pipe(
          shareReplay({ bufferSize: 1, refCount: true }),
        ),
      };
      // The newest is the last.
      this.#folds.delete(name);
      this.#folds.set(name, fold);
      if (this.#folds.size > REMEMBERED) this.#folds.delete(this.#folds.keys().next().value!);
      return fold.duplicates$;
    });
  }
}

/** What is known, with what is before it. */
function extended(
  scene: Pick<Scene, "log" | "routes" | "settings">,
  request: FoldRequest,
  known: Fold,
): Observable<ReadonlySet<number>> {
  return known.duplicates$.pipe(
    concatMap((later) => read(scene, { ...request, upTo: known.from }).pipe(map((earlier) => earlier.union(later)))),
  );
}

/** Folds one duplicate window before a range, and the range. */
function read(
  { log, routes, settings: { duplicates } }: Pick<Scene, "log" | "routes" | "settings">,
  { place, key, from, upTo }: FoldRequest,
): Observable<Set<number>> {
  return defer(() => {
    const window = new DuplicateWindow(duplicates);
    const range = { from: Math.max(0, from - duplicates.offsets), to: upTo };
    return log.read(place, key === null ? range : { ...range, key }).pipe(
      reduce((found, batch) => {
        for (const record of batch.records) {
          if (foldRecord(window, record, routes) && record.offset >= from) found.add(record.offset);
        }
        batch.done();
        return found;
      }, new Set<number>()),
    );
  });
}

/** Of a range that the live tail has folded: nothing is to be found out. */
export const NOTHING_TO_FOLD: Observable<ReadonlySet<number>> = of(new Set<number>());
