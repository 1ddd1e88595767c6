/** Server-sent events as the source of a script's pipeline. */
import { createParser } from "eventsource-parser";
import { asyncScheduler, Observable } from "rxjs";
import { type AgainOptions, badAnswer, comeAgain, HttpRefused, Interrupted } from "./come_again.ts";

/** One event. */
export interface ServerEvent {
  /** Its kind; `message` where the server names none. */
  readonly event: string;
  /** Its data, lines with `\n` between them. */
  readonly data: string;
  /** The newest id that came so far, with this event or before it: what goes on after it. `""` before there is one. */
  readonly id: string;
}

/** What an {@linkcode eventSource} is opened with, besides its URL. */
export interface EventSourceOptions extends AgainOptions {
  /** Headers of each request; a function is asked anew for each, so that a token may be a fresh one. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
  /** The id after which to begin: sent as `Last-Event-ID` of the first request. */
  readonly since?: string;
  /** A stream from which nothing comes for so long, comments included, is opened anew, in milliseconds. Default 60,000. */
  readonly silenceMs?: number;
  /** An event may have so many characters, 1 or more; a longer one is an error. Default 16 Mi. */
  readonly maxEventLength?: number;
}

/**
 * The events of a server, for ever: connects on subscription, and again whenever the stream ends, breaks or is silent, with
 * `Last-Event-ID`, after what the server asks for (`retry`, `Retry-After`) and a random part of a wait that doubles ("full jitter").
 * Where the server keeps events by their ids, as Tidegate does, none is lost and none comes twice.
 *
 * Completes on 204, by which a server says that there is no more. Errors with {@linkcode HttpRefused} where the answer says that the
 * request is wrong, is no stream of events, or an event is too long. Unsubscribing closes the connection. Events are not held back: what
 * follows has to keep up, or to bound what it holds. Needs the permission to connect to the server.
 *
 * @example
 * ```ts
 * import { filter, map, type Observable } from "rxjs";
 * import { eventSource } from "@tidegate/tidegate/http";
 *
 * function payloads(gateway: string, channel: string): Observable<unknown> {
 *   return eventSource(`${gateway}/events?channel=${channel}`, { headers: { authorization: "Bearer ..." } }).pipe(
 *     filter(({ event }) => event === "publication"),
 *     map(({ data }) => JSON.parse(data).payload),
 *   );
 * }
 * ```
 */
export function eventSource(url: string | URL, options: EventSourceOptions = {}): Observable<ServerEvent> {
  const { since = "", scheduler = asyncScheduler } = options;
  return new Observable<ServerEvent>((subscriber) => {
    const place = { id: since };
    return oneStream(String(url), { ...options, scheduler, place }).pipe(comeAgain({ ...options, scheduler }))
      .subscribe(subscriber);
  });
}

interface StreamOptions extends EventSourceOptions {
  readonly scheduler: NonNullable<EventSourceOptions["scheduler"]>;
  /** Where the source is: read at the start, and moved on by each event. */
  readonly place: { id: string };
}

/** The events of one connection. Completes on 204; errors when it ends otherwise. */
function oneStream(url: string, options: StreamOptions): Observable<ServerEvent> {
  const { scheduler, place, silenceMs = 60_000, maxEventLength = 16 * 1024 * 1024, headers, fetch = globalThis.fetch } =
    options;
  return new Observable((subscriber) => {
    const leaving = new AbortController();
    let retryMs = 0;
    const fail = (error: unknown) => {
      subscriber.error(error);
      leaving.abort();
    };
    const silent = () => fail(interrupted(`nothing came for ${silenceMs / 1000} s`));
    let silence = scheduler.schedule(silent, silenceMs);
    const parser = createParser({
      onId: (id) => place.id = id,
      onEvent: ({ event = "message", data }) => subscriber.next({ event, data, id: place.id }),
      onRetry: (ms) => retryMs = ms,
      onError: ({ type, message }) => {
        if (type === "max-buffer-size-exceeded") {
          fail(new HttpRefused(`Cannot read the events of ${url}: ${message}`, { status: 200 }));
        }
      },
      maxBufferSize: maxEventLength,
    });
    listen().catch((error: unknown) => fail(error instanceof Error ? asInterrupted(error) : error));
    return () => {
      silence.unsubscribe();
      leaving.abort();
    };

    async function listen(): Promise<void> {
      const request = new Headers(typeof headers === "function" ? await headers() : headers);
      request.set("accept", "text/event-stream");
      if (place.id !== "") request.set("last-event-id", place.id);
      const response = await fetch(url, { headers: request, signal: leaving.signal, cache: "no-store" });
      if (subscriber.closed) return;
      if (response.status === 204) return subscriber.complete();
      const type = response.headers.get("content-type") ?? "";
      if (response.status !== 200) return fail(await badAnswer(`listen to ${url}`, response));
      if (!/^text\/event-stream\b/i.test(type) || !response.body) {
        await response.body?.cancel();
        return fail(
          new HttpRefused(`Cannot listen to ${url}: expected text/event-stream, got ${type || "no type"}`, {
            status: 200,
          }),
        );
      }
      for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
        silence.unsubscribe();
        silence = scheduler.schedule(silent, silenceMs);
        parser.feed(piece);
        if (subscriber.closed) return;
      }
      fail(interrupted("the stream has ended"));
    }

    function interrupted(why: string): Interrupted {
      return new Interrupted(`Cannot go on listening to ${url}: ${why}`, { afterMs: retryMs });
    }

    function asInterrupted(error: Error): Error {
      if (error instanceof HttpRefused || error instanceof Interrupted) return error;
      return new Interrupted(`Cannot listen to ${url}: ${error.message}`, { afterMs: retryMs, cause: error });
    }
  });
}
