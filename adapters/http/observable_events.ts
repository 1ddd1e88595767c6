/** An observable as server-sent events. */
import { type ServerSentEventMessage, ServerSentEventStream } from "@std/http/server-sent-event-stream";
import { asyncScheduler, interval, type Observable, type SchedulerLike, Subscription } from "rxjs";

/** What an {@linkcode eventStream} may be given. */
export interface EventStreamOptions {
  /** Headers of the response besides those of a stream of events. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How much may wait for the client, in characters of data; more breaks the stream off. Default 1 Mi. */
  readonly queueLength?: number;
  /** A comment is sent this often, so that who stands between keeps the stream open. Default 20. */
  readonly pingSeconds?: number;
  /** Whose time it is. Default: that of this machine. */
  readonly scheduler?: SchedulerLike;
}

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Serves an observable as server-sent events: subscribes when the client reads, and unsubscribes when it has gone. The stream ends when the
 * observable completes; it breaks off when that errors, and when the client does not keep up: then it comes again with the `id` of the last
 * event that it has as `Last-Event-ID`, which is for the caller to read.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { of } from "rxjs";
 * import { eventStream } from "@tidegate/tidegate/http";
 *
 * const response = eventStream(of({ id: 1, data: "hello" }, { id: 2, event: "price", data: "two\nlines" }));
 * assertEquals(await response.text(), "data: hello\nid:1\n\nevent:price\ndata: two\ndata: lines\nid:2\n\n");
 * ```
 */
export function eventStream(
  events$: Observable<ServerSentEventMessage>,
  options: EventStreamOptions = {},
): Response {
  const { headers, queueLength = 1024 * 1024, pingSeconds = 20, scheduler = asyncScheduler } = options;
  const subscription = new Subscription();
  const queue: ServerSentEventMessage[] = [];
  let length = 0;
  let completed = false;
  let hungry: ReadableStreamDefaultController<ServerSentEventMessage> | undefined;

  const pump = () => {
    const controller = hungry;
    if (!controller) return;
    const next = queue.shift();
    if (next) {
      hungry = undefined;
      length -= sizeOf(next);
      controller.enqueue(next);
    } else if (completed) {
      subscription.unsubscribe();
      controller.close();
    }
  };
  const push = (message: ServerSentEventMessage) => {
    queue.push(message);
    length += sizeOf(message);
    pump();
  };
  const messages = new ReadableStream<ServerSentEventMessage>({
    start(controller) {
      const fail = (error: unknown) => {
        subscription.unsubscribe();
        queue.length = 0;
        controller.error(error);
      };
      subscription.add(
        interval(pingSeconds * 1000, scheduler).subscribe(() => {
          if (queue.length === 0) push({ comment: " ping" });
        }),
      );
      subscription.add(events$.subscribe({
        next(message) {
          push(spaced(message));
          if (length > queueLength) fail(new Error(`Cannot hold more than ${queueLength} characters for a client`));
        },
        error: fail,
        complete() {
          completed = true;
          pump();
        },
      }));
    },
    pull(controller) {
      hungry = controller;
      pump();
    },
    cancel: () => subscription.unsubscribe(),
  }, { highWaterMark: 0 });
  return new Response(messages.pipeThrough(new ServerSentEventStream()), { headers: { ...HEADERS, ...headers } });
}

/** A client drops one space at the beginning of each line: without one to drop it would drop one of the data's own. */
function spaced(message: ServerSentEventMessage): ServerSentEventMessage {
  const { data } = message;
  return data === undefined ? message : { ...message, data: " " + data.replaceAll(/\r\n|\r|\n/g, "\n ") };
}

function sizeOf({ data = "", comment = "" }: ServerSentEventMessage): number {
  return data.length + comment.length;
}
