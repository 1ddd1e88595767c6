import { firstValueFrom, type Observable, toArray } from "rxjs";
import type { Handshake } from "../../../domain/ports/authenticator.ts";

/** A handshake with these headers, from this machine unless told otherwise. */
export function handshake(
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  remoteAddress = "127.0.0.1",
): Handshake {
  return {
    remoteAddress,
    header: (name) => {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
      return value === undefined ? [] : typeof value === "string" ? [value] : value;
    },
  };
}

/** The one value of an observable that emits once and completes. */
export async function only<T>(observable: Observable<T>): Promise<T> {
  const values = await firstValueFrom(observable.pipe(toArray()));
  if (values.length !== 1) throw new Error(`Cannot take the only value: there are ${values.length}`);
  return values[0]!;
}
