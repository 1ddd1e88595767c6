/** The pipelines of a route that a user writes: the words of their modules. */
import { type Observable, type ObservableInput, type SchedulerLike, throwError } from "rxjs";
import type { Draft, InboundPublish } from "./inbound_publish.ts";
import type { Outbound } from "./outbound.ts";
import type { Random } from "./ports/clock.ts";

/** What a pipeline is given of the outside world, so that tests own it. */
export interface PipelineContext {
  /** The scheduler of every operator of time. */
  readonly scheduler: SchedulerLike;
  /** Chance. */
  readonly random: Random;
}

/**
 * The inbound pipeline of a route: what becomes of one publish. It emits the messages that are appended to the log in its place: the
 * publish itself, a changed one, or others, and completes. None: it is dropped.
 *
 * The publisher gets exactly one answer. `published` comes when all messages are in the log. An error of {@linkcode reject} is
 * told to the client; any other costs this publish alone, and is told to the operator. What it emits before an error, too late, or
 * beyond the limit, is not appended.
 *
 * Publishes of one session to one channel go through it one after another. A publish that is sent again goes through it again.
 * `Json` is what payloads are taken to be: it is not checked.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Inbound, reject } from "@tidegate/tidegate";
 * import { of } from "rxjs";
 *
 * export const inbound: Inbound<{ text: string }> = (publish) => {
 *   const { text } = publish.json;
 *   return text.length > 500 ? reject("at most 500 characters") : of(publish.with({ json: { text: text.trim() } }));
 * };
 *
 * assertEquals(typeof inbound, "function");
 * ```
 */
export type Inbound<Json = unknown> = (
  publish: InboundPublish<Json>,
  context: PipelineContext,
) => ObservableInput<Draft>;

/** The pipelines of a route. */
export interface Pipeline {
  /** What clients publish, on its way to the log. */
  readonly inbound?: Inbound<never>;
  /** What is in the log, on its way to subscribers. */
  readonly outbound?: Outbound;
}

/** A publish that an inbound pipeline rejects; its message is the reason that the client is told. */
export class Rejected extends Error {
  /** Tells it from other errors. */
  override readonly name = "Rejected";
}

/** Rejects a publish: an observable that errors with {@linkcode Rejected}. The client is told the reason, up to 500 characters of it. */
export function reject(reason: string): Observable<never> {
  return throwError(() => new Rejected(reason));
}

/** Whether an error rejects a publish; also one of another copy of this module, which a user's module may have loaded. */
export function isRejected(error: unknown): error is Error {
  return error instanceof Error && error.name === "Rejected";
}
