/** Marble tests: a pipeline's whole life in virtual time, as pictures. A frame `-` is one millisecond. */
import { assertEquals } from "@std/assert";
import type { Observable, SchedulerLike } from "rxjs";
import { type RunHelpers, TestScheduler } from "rxjs/testing";
import { inVirtualTime } from "./real_time_guard.ts";

/** What a marble test is made of; `hot`, `cold`, `time` and the pictures are those of RxJS (rxjs.dev/guide/testing). */
export interface MarbleKit extends Pick<RunHelpers, "hot" | "cold" | "time" | "flush"> {
  /** Virtual time, for what takes a scheduler. */
  readonly scheduler: SchedulerLike;
  /** What an observable must emit; `until` is the picture of its subscription, where that ends early. */
  readonly emits: <T>(observable: Observable<T>, picture: string, options?: Picture<T>) => void;
  /** When a source must have been subscribed to and unsubscribed from: one picture a subscription, in order. */
  readonly subscriptions: (source: Watched, ...pictures: readonly string[]) => void;
}

/** What the letters of a picture mean, and when it is looked at. */
export interface Picture<T> {
  /** What each letter stands for; the letter itself where it is absent. */
  readonly values?: Readonly<Record<string, T>>;
  /** What `#` stands for; the text "error" where it is absent. */
  readonly error?: unknown;
  /** The picture of the subscription: `^---!` unsubscribes in the fifth frame. */
  readonly until?: string;
}

/** A source that `hot` or `cold` made. */
export type Watched = Pick<ReturnType<RunHelpers["cold"]>, "subscriptions">;

/**
 * Runs a marble test: virtual time passes after `test`, and every picture is then compared. Throws `AssertionError` where one
 * differs, and where real time is used: a timer that is not of RxJS, or a promise (see {@linkcode virtualOnly}).
 *
 * @example
 * ```ts
 * import { runMarbles } from "@tidegate/tidegate/testing";
 * import { debounceTime } from "rxjs";
 *
 * runMarbles(({ hot, emits, subscriptions, scheduler }) => {
 *   const keys = hot("-a-b-----c---|");
 *   emits(keys.pipe(debounceTime(3, scheduler)), "------b-----c|");
 *   subscriptions(keys, "^------------!");
 * });
 * ```
 */
export function runMarbles(test: (kit: MarbleKit) => void): void {
  const scheduler = new TestScheduler((actual, expected) => assertEquals(actual, expected));
  const run = () =>
    scheduler.run(({ hot, cold, time, flush, expectObservable, expectSubscriptions }) =>
      test({
        hot,
        cold,
        time,
        flush,
        scheduler,
        emits: (observable, picture, { values, error, until } = {}) =>
          expectObservable(observable, until).toBe(picture, values, error),
        subscriptions: (source, ...pictures) => expectSubscriptions(source.subscriptions).toBe([...pictures]),
      })
    );
  inVirtualTime(run, { marbles: true });
}

/** A marble test as the body of a `Deno.test`: `Deno.test("...", marbles((kit) => ...))`. */
export function marbles(test: (kit: MarbleKit) => void): () => void {
  return () => runMarbles(test);
}
