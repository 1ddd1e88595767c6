/** Waiting that can be given up. */
import { Observable } from "rxjs";

/** Resolves after `ms` milliseconds, or when `signal` aborts: whichever comes first. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** Emits once, when `signal` aborts. */
export function abortOf(signal: AbortSignal): Observable<void> {
  return new Observable((subscriber) => {
    const end = () => subscriber.next();
    if (signal.aborted) return end();
    signal.addEventListener("abort", end);
    return () => signal.removeEventListener("abort", end);
  });
}
