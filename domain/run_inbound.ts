/** One publish through the inbound pipeline of its route. */
import { catchError, defer, map, type Observable, of, take, throwError, timeout, toArray } from "rxjs";
import type { Channel } from "./channel.ts";
import { payloadOfKind } from "./compose_records.ts";
import { errorPlace } from "./error_place.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import type { Draft, InboundPublish } from "./inbound_publish.ts";
import { headersOf, payloadOf } from "./message_view.ts";
import { type Inbound, isRejected } from "./pipeline.ts";
import type { Payload } from "./publication.ts";
import type { RouteMatch } from "./route_table.ts";
import type { Scene } from "./scene.ts";
import { findTarget } from "./target.ts";

/** A message that is to be appended. */
export interface Output {
  readonly channel: Channel;
  readonly match: RouteMatch;
  /** Of the route's kind. */
  readonly payload: Payload;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client is told this much of the reason for which a pipeline rejected its publish. */
const REASON_CHARACTERS = 500;

/**
 * Runs a publish through a pipeline when those of its session and channel before it have been through, and emits what it became, one
 * output or more, or why it became nothing. Emits once, when the pipeline has completed: what it emitted before it failed, or was too
 * late, is left out. Never errors.
 */
export function runInbound(
  scene: Pick<Scene, "routes" | "clock" | "random" | "telemetry" | "settings" | "turns">,
  { inbound, publish }: { inbound: Inbound<never>; publish: InboundPublish<never> },
): Observable<readonly Output[] | Failure> {
  const { clock: { scheduler }, random, telemetry, settings: { answerMs, pipeline: { outputs: most, ms } } } = scene;
  const { channel, session } = publish;
  const within = (first: number) =>
    timeout<readonly Draft[], Observable<never>>({
      first,
      scheduler,
      with: () => throwError(() => new TooLate(first)),
    });
  const passed$ = defer(() => inbound(publish, { scheduler, random })).pipe(
    take(most + 1),
    toArray<Draft>(),
    within(ms),
  );
  return scene.turns(`${session}\n${channel}`, passed$).pipe(
    // The wait for its turn counts: every request is answered in time.
    within(answerMs),
    map(judge),
    catchError((error) => of(refusal(error))),
  );

  function judge(drafts: readonly Draft[]): readonly Output[] | Failure {
    if (drafts.length > most) throw new TypeError(`It emitted more than ${most} messages (limits.pipeline_outputs)`);
    if (drafts.length > 0) return drafts.map(outputOf);
    telemetry.count("pipeline_dropped");
    return failure("dropped", `Cannot publish to ${channel}: its pipeline left the message out`);
  }

  function outputOf(draft: Draft): Output {
    if (typeof draft !== "object" || draft === null) {
      throw new TypeError(`It emitted ${draft === null ? "null" : typeof draft}: expected a message to publish`);
    }
    const target = findTarget(scene, { channel: draft.channel ?? channel, action: "publish" });
    if (isFailure(target)) throw new TypeError(target.message);
    const given = payloadOf(draft);
    if (!given) throw new TypeError("It emitted a message without a payload: give json, text, bytes or payload");
    const payload = payloadOfKind(given, target.match.route.payload);
    if (isFailure(payload)) throw new TypeError(payload.message);
    const headers = headersOf(draft);
    return { ...target, payload, ...(headers ? { headers } : {}) };
  }

  function refusal(error: unknown): Failure {
    const cannot = `Cannot publish to ${channel}`;
    if (isRejected(error)) {
      telemetry.count("pipeline_rejected");
      return failure("rejected", `${cannot}: ${error.message.slice(0, REASON_CHARACTERS).toWellFormed()}`);
    }
    const late = error instanceof TooLate;
    telemetry.count(late ? "pipeline_timeouts" : "pipeline_failed");
    // What an error says is for the operator: it can name what clients are not to know.
    telemetry.note("error", late ? "An inbound pipeline is too slow" : "An inbound pipeline failed", {
      channel,
      reason: late ? `it did not complete within ${error.ms} ms` : String(error),
      at: errorPlace(error),
    });
    return late
      ? failure("pipeline_timeout", `${cannot}: its pipeline took too long; nothing was written`)
      : failure("pipeline_failed", `${cannot}: its pipeline failed; nothing was written`);
  }
}

/** A publish took longer than this many milliseconds. */
class TooLate extends Error {
  constructor(readonly ms: number) {
    super();
  }
}
