import {
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  map,
  merge,
  mergeAll,
  type Observable,
  of,
  type OperatorFunction,
  queueScheduler,
  subscribeOn,
  tap,
} from "rxjs";

/** When to ask a source of groups to pause, and when to go on. */
export interface InFlightLimit<Out> {
  /** With so many items under way `pause` is emitted; no more are started. At least 1. */
  readonly high: number;
  /** After a pause, with so many items or fewer under way, `resume` is emitted. Less than `high`. */
  readonly low: number;
  /** With so many groups that wait for the group before them `pause` is emitted, too; and `resume` when none does. At least 1. */
  readonly waiting: number;
  /** What is emitted to have the source stop. */
  readonly pause: Out;
  /** What is emitted to have it go on. */
  readonly resume: Out;
}

/**
 * Runs `project` for each item of groups of items, up to `high` at once, each started in the order of the groups and items; a group
 * begins when the one before it has completed. Emits all outputs as they come, and between them `pause` and `resume` in turn: a source
 * that stops when told keeps what waits here bounded.
 *
 * Completes when the source, the groups and all projections have. An error of a group or a projection is the output's.
 */
export function limitGroupsInFlight<In, Out>(
  project: (item: In) => Observable<Out>,
  limit: InFlightLimit<Out>,
): OperatorFunction<Observable<In>, Out> {
  const { high, low, pause, resume } = limit;
  return (source) =>
    defer(() => {
      let inFlight = 0;
      let waiting = 0;
      let paused = false;
      const grown = defer(() => {
        if (paused || (inFlight < high && waiting < limit.waiting)) return EMPTY;
        paused = true;
        return of(pause);
      });
      const eased = defer(() => {
        if (!paused || inFlight > low || waiting > 0) return EMPTY;
        paused = false;
        return of(resume);
      });
      const ended = defer(() => {
        inFlight--;
        return eased;
      });
      // The queue keeps many that end as soon as they start, after a wait, from nesting one within the other.
      const run = (item: In) =>
        defer(() => {
          inFlight++;
          return merge(concat(project(item), ended), grown);
        }).pipe(subscribeOn(queueScheduler));
      const inTurn = (group: Observable<In>) =>
        defer(() => {
          waiting--;
          return concat(group.pipe(map(run)), of(eased));
        }).pipe(subscribeOn(queueScheduler));
      return source.pipe(
        tap(() => waiting++),
        connect((groups$) =>
          merge(groups$.pipe(concatMap(inTurn), mergeAll(high)), groups$.pipe(concatMap(() => grown)))
        ),
      );
    });
}
