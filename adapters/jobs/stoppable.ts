/** Observables of something that runs until it ends, or is told to. */
import { Observable } from "rxjs";

/** What a run goes by. */
export interface Run<T> {
  /** Aborts when it is to come to its end. */
  readonly stop: AbortSignal;
  /** Aborts when nobody listens any more: nothing is to be waited for then. `stop` aborts right after it. */
  readonly cut: AbortSignal;
  /** Emits a value. */
  readonly next: (value: T) => void;
}

/**
 * Runs when it is subscribed to; completes or errors as the run ends. `drain` stops it, and unsubscribing cuts it off, which it may
 * take some time in the background to heed.
 */
export function stoppable<T>(drain: AbortSignal | undefined, run: (of: Run<T>) => Promise<void>): Observable<T> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const cut = new AbortController();
    const onDrain = () => stop.abort();
    drain?.addEventListener("abort", onDrain);
    if (drain?.aborted) onDrain();
    run({ stop: stop.signal, cut: cut.signal, next: (value) => subscriber.next(value) })
      .then(() => subscriber.complete(), (error) => subscriber.error(error));
    return () => {
      drain?.removeEventListener("abort", onDrain);
      cut.abort();
      stop.abort();
    };
  });
}
