/** The outbound pipelines of a route that a user writes: what becomes of the log's records on their way to subscribers. */
import type { Observable } from "rxjs";
import type { Content } from "./message_view.ts";
import type { OutboundPublication } from "./outbound_publication.ts";
import type { PipelineContext } from "./pipeline.ts";

/** The outbound pipeline of a route, made by {@linkcode each} or {@linkcode over}. */
export type Outbound = Each | Over;

/** What one publication becomes: itself, changed, several, or nothing. */
export type EachResult = Content | readonly Content[] | undefined | null | false;

/** An outbound pipeline that looks at each publication by itself; made by {@linkcode each}. */
export interface Each {
  /** Tells it from {@linkcode Over}. */
  readonly kind: "each";
  /** What one publication becomes. */
  readonly run: (publication: OutboundPublication<never>) => EachResult;
}

/** An outbound pipeline that is an operator over a route's publications; made by {@linkcode over}. */
export interface Over {
  /** Tells it from {@linkcode Each}. */
  readonly kind: "over";
  /** Makes what subscribers get of a hot source of publications; called once a start. */
  readonly run: (
    publications: Observable<OutboundPublication<never>>,
    context: PipelineContext,
  ) => Observable<OutboundPublication>;
}

/**
 * An outbound pipeline that decides on each publication by itself: it returns the publication, a changed one, several, or nothing.
 *
 * It runs once a record, not once a subscriber, and only where somebody subscribes; in the live stream, in replays and in history
 * alike, so that it has to return the same for the same publication whenever it is asked: no time, no chance, no state. Whoever resumes
 * in the middle of what one record became gets the rest. An error costs that publication alone, and is told to the operator.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { each } from "@tidegate/tidegate";
 *
 * export const outbound = each<{ text: string; internal?: boolean }>((publication) =>
 *   publication.json.internal ? undefined : publication.with({ json: { text: publication.json.text } })
 * );
 *
 * assertEquals(outbound.kind, "each");
 * ```
 */
export function each<Json = unknown>(run: (publication: OutboundPublication<Json>) => EachResult): Each {
  return { kind: "each", run };
}

/**
 * An outbound pipeline that is an operator over the live publications of all channels of a route, in log order of each partition: to
 * conflate, sample, or count. What it emits is made of what it got, by `with`. It is subscribed to once a gateway, whoever
 * subscribes to the channels, and gets all that comes.
 *
 * What it has let through depends on when: a subscribe with a cursor on such a route is answered `recovered: false` with the reason
 * `stateful_pipeline`, and history is refused. Where it fails, or completes, it is subscribed to anew after a while, without what
 * came meanwhile: subscribers are told a gap. What it keeps has to be bounded, by itself.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { over } from "@tidegate/tidegate";
 * import { auditTime, groupBy, mergeMap } from "rxjs";
 *
 * // The latest price of each channel, once a second at the most.
 * export const outbound = over((publications, { scheduler }) =>
 *   publications.pipe(
 *     groupBy(({ channel }) => channel),
 *     mergeMap((ofChannel) => ofChannel.pipe(auditTime(1_000, scheduler)), Infinity),
 *   )
 * );
 *
 * assertEquals(outbound.kind, "over");
 * ```
 */
export function over<Json = unknown>(
  run: (
    publications: Observable<OutboundPublication<Json>>,
    context: PipelineContext,
  ) => Observable<OutboundPublication<unknown>>,
): Over {
  return { kind: "over", run };
}
