/** The inbound pipeline: a client's publish to records of the log, and the log's word to the client's answer. */
import { map, type Observable, of, reduce } from "rxjs";
import { type ComposedRecord, composeRecords } from "./compose_records.ts";
import { type Failure, failure, type FailureCode, isFailure } from "./failure.ts";
import type { PublishFrame, ServerFrame } from "./frame.ts";
import type { Outcome, RejectReason } from "./ports/log.ts";
import { namesOf } from "./record_names.ts";
import type { Scene } from "./scene.ts";
import type { Session } from "./session.ts";
import { targetOf } from "./target.ts";

/**
 * Appends a publish and emits its one answer: `published` once every record of it is in the log, or why it is not.
 *
 * The records are handed to the log on subscription, so that publishes keep the order in which they are subscribed to.
 * A message that this node has read already is answered with its first position, and not appended again.
 */
export function publish(scene: Scene, request: { session: Session; frame: PublishFrame }): Observable<ServerFrame> {
  const { session, frame } = request;
  const { log, view, random, telemetry, envelopes } = scene;
  const target = targetOf(scene, { session, channel: frame.channel, action: "publish" });
  if (isFailure(target)) return refuse(target);
  const { channel, match } = target;
  const partitions = view.partitions(match.route.topic);
  if (!view.state.available || partitions === undefined) {
    return refuse(failure("unavailable", `Cannot publish to ${channel}: the log is away; nothing was written`));
  }
  const composed = composeRecords(
    {
      channel,
      match,
      user: session.user,
      session: session.connection.session,
      messageId: frame.messageId ?? random.uuid(),
      payload: frame.payload,
      ...(frame.headers ? { headers: frame.headers } : {}),
      partitions,
      envelopes,
    },
  );
  if (isFailure(composed)) return refuse(composed);
  const { partition } = composed[0]!.record;
  return append(composed);

  function append(records: readonly ComposedRecord[]): Observable<ServerFrame> {
    const known = records.map((record) => frame.messageId === undefined ? undefined : firstOffset(record));
    const missing = records.filter((_, index) => known[index] === undefined);
    if (known[0] !== undefined) telemetry.count("publishes_duplicate");
    if (missing.length === 0) return of(published(known[0]!, true));
    const { scheduler } = scene.clock;
    const began = scheduler.now();
    return log.append(missing.map(({ record }) => record)).pipe(
      reduce(
        (outcomes, outcome) => outcomes.with(outcome.index, outcome),
        missing.map((): Outcome | undefined => undefined),
      ),
      map((outcomes) => {
        telemetry.observe?.("publish", scheduler.now() - began);
        const failed = outcomes.find((outcome) => outcome?.kind !== "appended");
        if (failed !== undefined || outcomes.includes(undefined)) return refusal(failed);
        telemetry.count("publishes_appended");
        const first = outcomes[0] as Outcome & { kind: "appended" };
        return known[0] === undefined ? published(first.offset, false) : published(known[0], true);
      }),
    );
  }

  /** The offset of the record that counts, where this node has read one of the same message. */
  function firstOffset({ record }: ComposedRecord): number | undefined {
    const partition = view.partition(record);
    if (!partition || frame.messageId === undefined) return undefined;
    return partition.window.find({
      ...namesOf(record),
      key: record.key,
      messageId: frame.messageId,
      offset: partition.next,
      time: scene.clock.scheduler.now(),
    });
  }

  function published(offset: number, duplicate: boolean): ServerFrame {
    return { type: "published", id: frame.id, channel, partition, offset, duplicate };
  }

  /** Clients are told what to do, the operator why: what the log says can name brokers and topics. */
  function refusal(outcome: Outcome | undefined): ServerFrame {
    const reason = outcome && outcome.kind !== "appended" ? outcome.message : "the log gave no outcome";
    telemetry.note("warn", "Cannot append a publish", { channel, reason });
    if (outcome?.kind !== "rejected") {
      telemetry.count("publishes_unknown");
      const message =
        `Cannot tell whether the publish to ${channel} was written; send it again with the same messageId`;
      return { type: "error", id: frame.id, failure: failure("unavailable", message) };
    }
    telemetry.count("publishes_rejected");
    const { code, why } = REJECTIONS[outcome.reason];
    return { type: "error", id: frame.id, failure: failure(code, `Cannot publish to ${channel}: ${why}`) };
  }

  function refuse(reason: Failure): Observable<ServerFrame> {
    telemetry.count("publishes_rejected");
    return of({ type: "error", id: frame.id, failure: reason });
  }
}

/** What a client is told of a record that the log rejected. */
const REJECTIONS: Readonly<Record<RejectReason, { readonly code: FailureCode; readonly why: string }>> = {
  unavailable: { code: "unavailable", why: "the log is away; nothing was written" },
  too_large: { code: "too_large", why: "the message is larger than the log takes" },
  forbidden: { code: "forbidden", why: "the gateway may not write to this channel's topic" },
  invalid: { code: "internal", why: "the log refused the record" },
};
