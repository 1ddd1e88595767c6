import {
  defer,
  filter,
  finalize,
  map,
  mergeMap,
  type ObservableInput,
  type OperatorFunction,
  queueScheduler,
  subscribeOn,
} from "rxjs";

/** What a slot runs, and who decides that there is something for it. */
export interface Slots<In, Out> {
  /** At most so many run at once. */
  readonly concurrency: number;
  /** Takes an item in, and says whether there is one more run for it; a slot `isFree` for it where it will run at once. */
  readonly offer: (item: In, isFree: boolean) => boolean;
  /** The next run: chosen when a slot is free, and not when its item came. */
  readonly run: () => ObservableInput<Out>;
}

/**
 * Runs of limited concurrency that are chosen late: where a run waits for a slot, `offer` has kept the item, in an order of its own. There
 * are as many calls of `run` as `offer` has said, none of them more than `concurrency` at once.
 */
export function whenFree<In, Out>({ concurrency, offer, run }: Slots<In, Out>): OperatorFunction<In, Out> {
  return (source) =>
    defer(() => {
      let running = 0;
      const counted = defer(run).pipe(finalize(() => running--));
      // The queue keeps many that end as soon as they start, after a wait, from nesting one within the other.
      const later = counted.pipe(subscribeOn(queueScheduler));
      return source.pipe(
        map((item) => {
          const isFree = running < concurrency;
          return { isFree, isMore: offer(item, isFree) };
        }),
        filter(({ isMore }) => isMore),
        mergeMap(({ isFree }) => {
          running++;
          return isFree ? counted : later;
        }, concurrency),
      );
    });
}
