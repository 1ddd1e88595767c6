import { catchError, type Observable, throwError } from "rxjs";

/** The observable with the message of its error as the error: a picture compares errors with their stacks. */
export function messageOfError<T>(source: Observable<T>): Observable<T> {
  return source.pipe(catchError((error: unknown) => throwError(() => error instanceof Error ? error.message : error)));
}
