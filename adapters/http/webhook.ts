/** A sink that posts to a server. */
import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  map,
  mergeMap,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  tap,
} from "rxjs";
import type { Delivery } from "../../streams/delivery.ts";
import { type AgainOptions, badAnswer, comeAgain, HttpRefused, Interrupted } from "./come_again.ts";

/** What is posted of a value. */
export interface WebhookRequest {
  /** Text is sent as `text/plain` where `headers` does not say otherwise. */
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** Headers of the request besides `Idempotency-Key`, which they may replace. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where to; default: the URL of the webhook. */
  readonly url?: string;
}

/** What a {@linkcode webhook} does, besides where it posts to. */
export interface WebhookOptions<T> extends AgainOptions {
  /** What is posted of a value. Default: the value as JSON. */
  readonly request?: (value: T) => WebhookRequest;
  /**
   * The name of a value, sent as `Idempotency-Key`: a server that takes a key once takes a value once, though it is posted again after a
   * restart of the script. Default: a random one, which covers the tries of one run.
   */
  readonly idempotencyKey?: (value: T) => string;
  /** How many are under way at once, 1 or more. Default 1: one after another, in order. */
  readonly concurrency?: number;
  /** How long the server may take for one answer, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /**
   * What to do with a value that the server refuses for good (a 3xx or 4xx but 408, 425 and 429): it is done when this returns. Without it the
   * sink errors with {@linkcode HttpRefused}, and the value is not done.
   */
  readonly refused?: (value: T, refusal: HttpRefused) => void;
}

/** A value that the server has taken. */
export interface Posted<T> {
  /** The value of the delivery. */
  readonly value: T;
  /** The HTTP status of the answer, from 200 to 299. */
  readonly status: number;
}

/**
 * Posts deliveries, each at least once: it is `done()` when the server has answered 2xx, and emitted then. A try that fails, takes too long, or is
 * answered 5xx, 408, 425 or 429 is made again, for ever, after what `Retry-After` asks for and a random part of a wait that doubles; with
 * `concurrency` 1 those behind it wait. What waits here is bounded by how many un-done deliveries the source hands out.
 *
 * Unsubscribing aborts what is under way, which is then not done. Needs the permission to connect to the server.
 *
 * @throws {RangeError} where `concurrency` is no whole number from 1
 * @example
 * ```ts
 * import type { Observable } from "rxjs";
 * import type { Delivery } from "@tidegate/tidegate/streams";
 * import { webhook } from "@tidegate/tidegate/http";
 *
 * interface Order {
 *   readonly id: string;
 * }
 *
 * function tell(orders$: Observable<Delivery<Order>>): Observable<unknown> {
 *   return orders$.pipe(webhook("https://example.com/orders", { idempotencyKey: ({ id }) => id }));
 * }
 * ```
 */
export function webhook<T>(
  url: string | URL,
  options: WebhookOptions<T> = {},
): OperatorFunction<Delivery<T>, Posted<T>> {
  const { request = asJson, idempotencyKey = () => crypto.randomUUID(), concurrency = 1, refused } = options;
  const { scheduler = asyncScheduler } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`Cannot post ${concurrency} at once: expected a whole number from 1`);
  }
  const deliver = ({ value, done }: Delivery<T>): Observable<Posted<T>> =>
    defer(() => {
      const { url: own = String(url), body, headers } = request(value);
      const init = { method: "POST", body, headers: { "idempotency-key": idempotencyKey(value), ...headers } };
      return post(own, { ...options, scheduler, init }).pipe(
        comeAgain({ ...options, scheduler }),
        map((status) => ({ value, status })),
        tap(done),
        catchError((error: unknown) => {
          if (!refused || !(error instanceof HttpRefused)) throw error;
          refused(value, error);
          done();
          return EMPTY;
        }),
      );
    });
  return mergeMap(deliver, concurrency);
}

function asJson(value: unknown): WebhookRequest {
  return { body: JSON.stringify(value), headers: { "content-type": "application/json" } };
}

/** The status of the answer, where it is a good one; a new request for each subscription. */
function post(
  url: string,
  { fetch = globalThis.fetch, timeoutMs = 10_000, scheduler, init }: AgainOptions & {
    readonly timeoutMs?: number;
    readonly scheduler: SchedulerLike;
    readonly init: RequestInit;
  },
): Observable<number> {
  return new Observable((subscriber) => {
    const leaving = new AbortController();
    const deadline = scheduler.schedule(() => {
      subscriber.error(new Interrupted(`Cannot post to ${url}: no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    // A redirect would make it a GET, and 200 then says nothing of the post.
    fetch(url, { ...init, redirect: "manual", signal: leaving.signal }).then(async (response) => {
      if (!response.ok) return subscriber.error(await badAnswer(`post to ${url}`, response));
      await response.body?.cancel();
      subscriber.next(response.status);
      subscriber.complete();
    }).catch((error: unknown) => {
      subscriber.error(new Interrupted(`Cannot post to ${url}: ${String(error)}`, { cause: error }));
    });
    return () => {
      deadline.unsubscribe();
      leaving.abort();
    };
  });
}
