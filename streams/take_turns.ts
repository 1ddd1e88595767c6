import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  type Observable,
  observeOn,
  queueScheduler,
  share,
  tap,
} from "rxjs";

/**
 * Makes a place where works of one key are done one after another, in the order in which they are subscribed to; those of different
 * keys do not wait for each other. What it returns emits what the work does. A work begins when the one before it has ended, in
 * whatever way, after what that one emitted was taken.
 *
 * A work that is unsubscribed from ends, or is not begun, unless others wait behind it: then it is carried through for nobody. Keeps
 * nothing of a key that has no work.
 */
export function takeTurns<Key>(): <T>(key: Key, work: Observable<T>) => Observable<T> {
  const last = new Map<Key, Observable<unknown>>();
  return <T>(key: Key, work: Observable<T>) =>
    defer(() => {
      // Forgotten once it has ended: a row of turns that never ends must not hold all that were before.
      let before = last.get(key);
      const wait = before === undefined ? EMPTY : defer(() => before ?? EMPTY).pipe(
        ignoreElements(),
        catchError(() => EMPTY),
        tap({ complete: () => before = undefined }),
        // Many that end as soon as they begin do not nest one within the other.
        observeOn(queueScheduler),
      );
      const turn: Observable<T> = concat(wait, work).pipe(
        finalize(() => {
          if (last.get(key) !== turn) return;
          if (before) last.set(key, before);
          else last.delete(key);
        }),
        share({ resetOnComplete: false, resetOnError: false }),
      );
      last.set(key, turn);
      return turn;
    });
}
