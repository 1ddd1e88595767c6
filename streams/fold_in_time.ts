import {
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  endWith,
  filter,
  map,
  merge,
  type OperatorFunction,
  repeat,
  type SchedulerLike,
  switchMap,
  tap,
  timer,
} from "rxjs";
import { SteadyTime } from "./steady_time.ts";

/** A state that items and time change. All times are milliseconds; each method returns what is emitted then, in order. */
export interface TimedFold<In, Out> {
  next(item: In, now: number): readonly Out[];
  /** When `wake` is to be called; `undefined` where nothing waits. Asked after each other call: it must be cheap. */
  due(): number | undefined;
  /** At the time of `due` or after it; now and then before it. */
  wake(now: number): readonly Out[];
  /** The source has completed. The output completes when nothing is due any more. */
  end(now: number): readonly Out[];
}

/**
 * Folds items and time into outputs: what conflation, windows, batches and rate limits are made of. There is one timer for the whole fold,
 * whatever the number of its keys, and none while nothing is due; it is set again only where something is due earlier than it.
 *
 * An error of the source is the output's at once: what the fold holds is dropped. Each subscription has a fold of its own.
 */
export function foldInTime<In, Out>(
  begin: (now: number) => TimedFold<In, Out>,
  scheduler: SchedulerLike,
): OperatorFunction<In, Out> {
  return (source) =>
    defer(() => {
      const time = new SteadyTime(scheduler);
      const fold = begin(time.now());
      let armed = Infinity;
      const ring = () => {
        const due = fold.due();
        armed = due ?? Infinity;
        if (due === undefined) return EMPTY;
        return timer(Math.max(0, due - time.now()), scheduler).pipe(tap(() => time.reach(due)));
      };
      const alarm = defer(() => fold.wake(time.now())).pipe(repeat({ delay: ring }));
      return source.pipe(
        connect((items$) =>
          merge(
            concat(items$.pipe(concatMap((item) => fold.next(item, time.now()))), defer(() => fold.end(time.now()))),
            // The merge above has folded an item, or the end, before it comes here.
            items$.pipe(
              map(() => false),
              endWith(true),
              filter((ended) => ended || (fold.due() ?? Infinity) < armed),
              switchMap(() => alarm),
            ),
          )
        ),
      );
    });
}
