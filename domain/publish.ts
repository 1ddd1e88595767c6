/** The inbound side: a client's publish to records of the log, and the log's word to the client's answer. */
import { concatMap, map, type Observable, of, reduce, tap } from "rxjs";
import { type ComposedRecord, composeRecords, payloadOfKind } from "./compose_records.ts";
import { type Failure, failure, type FailureCode, isFailure } from "./failure.ts";
import type { PublishFrame, ServerFrame } from "./frame.ts";
import { InboundPublish } from "./inbound_publish.ts";
import { outputIds } from "./output_ids.ts";
import type { Inbound } from "./pipeline.ts";
import type { Outcome, RejectReason } from "./ports/log.ts";
import type { Payload } from "./publication.ts";
import { namesOf } from "./record_names.ts";
import { type Output, runInbound } from "./run_inbound.ts";
import type { Scene } from "./scene.ts";
import type { Session } from "./session.ts";
import { targetOf } from "./target.ts";

/**
 * Appends a publish, or what it becomes in the inbound pipeline of its route, and emits its one answer: `published` once every record of
 * it is in the log, or why it is not.
 *
 * The records are handed to the log on subscription, so that publishes keep the order in which they are subscribed to; behind a
 * pipeline those of one session to one channel do. A message that this node has read already is answered with its first position, and
 * not appended again.
 */
export function publish(scene: Scene, request: { session: Session; frame: PublishFrame }): Observable<ServerFrame> {
  const { session, frame } = request;
  const { log, view, rest, random, telemetry, envelopes } = scene;
  const target = targetOf(scene, { session, channel: frame.channel, action: "publish" });
  if (isFailure(target)) return refuse(target);
  const { channel, match } = target;
  const messageId = frame.messageId ?? random.uuid();
  const { scheduler } = scene.clock;
  // It was sent before the client could hear that one before it is to be sent again.
  if (scene.setbacks.isBehind(session, channel, scheduler.now())) return refuse(behind());
  return begin().pipe(tap(noteSetback));

  function begin(): Observable<ServerFrame> {
    if (!view.state.available || view.partitions(match.route.topic) === undefined) return refuse(away());
    const inbound = match.route.pipeline?.inbound;
    return inbound ? passThrough(inbound) : write([{ channel, match, ...contentOf(frame.payload) }]);
  }

  function passThrough(pipeline: Inbound<never>): Observable<ServerFrame> {
    const payload = payloadOfKind(frame.payload, match.route.payload);
    if (isFailure(payload)) return refuse(payload);
    const passing = new InboundPublish<never>({
      channel,
      key: match.key,
      user: session.user,
      session: session.connection.session,
      messageId,
      time: scene.clock.scheduler.now(),
      ...contentOf(payload),
    });
    const before = scene.setbacks.count(session, channel);
    return runInbound(scene, { inbound: pipeline, publish: passing }).pipe(
      concatMap((became) => {
        if (isFailure(became)) return refuse(became);
        return scene.setbacks.count(session, channel) === before ? write(became) : refuse(behind());
      }),
    );
  }

  function noteSetback(told: ServerFrame): void {
    if (told.type !== "error" || told.failure.code !== "unavailable") return;
    scene.setbacks.add(session, channel, scheduler.now() + told.failure.retryAfterMs);
  }

  /** What the log has in its queue behind a record that it could not take, it does not take; nor is what comes to it later. */
  function behind(): Failure {
    const message = `Cannot publish to ${channel}: a publish before this one could not be written; nothing was written`;
    return failure("unavailable", message);
  }

  function write(outputs: readonly Output[]): Observable<ServerFrame> {
    const ids = outputIds(messageId, outputs.map((output) => output.match));
    const composed: ComposedRecord[] = [];
    for (const [at, output] of outputs.entries()) {
      const partitions = view.partitions(output.match.route.topic);
      if (partitions === undefined) return refuse(away());
      const { user, connection } = session;
      const names = { user, session: connection.session, messageId: ids[at]! };
      const records = composeRecords({ ...output, ...names, partitions, envelopes });
      if (isFailure(records)) return refuse(records);
      composed.push(...records);
    }
    const { recordBytes } = scene.settings;
    const large = composed.find(({ record }) => record.value !== null && record.value.length > recordBytes);
    return large ? refuse(tooLarge(large, recordBytes)) : append(composed);
  }

  /** What nobody would be shown is not written. A pipeline can make much of a little: the operator is told. */
  function tooLarge({ channel: on, record }: ComposedRecord, most: number): Failure {
    const reason = `the message has ${record.value?.length} bytes, and clients are shown ${most} (limits.record_bytes)`;
    telemetry.note("warn", "Cannot append a publish", { channel: on, reason });
    return failure("too_large", `Cannot publish to ${channel}: ${reason}; nothing was written`);
  }

  function contentOf(payload: Payload): Pick<Output, "payload" | "headers"> {
    return { payload, ...(frame.headers ? { headers: frame.headers } : {}) };
  }

  function away(): Failure {
    return failure("unavailable", `Cannot publish to ${channel}: the log is away; nothing was written`);
  }

  function append(records: readonly ComposedRecord[]): Observable<ServerFrame> {
    const known = records.map((record) => frame.messageId === undefined ? undefined : firstOffset(record));
    const missing = records.filter((_, index) => known[index] === undefined);
    if (known[0] !== undefined) telemetry.count("publishes_duplicate");
    const { partition } = records[0]!.record;
    const published = (offset: number, duplicate: boolean): ServerFrame => {
      return { type: "published", id: frame.id, channel, partition, offset, duplicate };
    };
    if (missing.length === 0) return of(published(known[0]!, true));
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
    rest.need(record);
    const partition = view.partition(record);
    const { messageId: id, ...names } = namesOf(record);
    if (!partition || id === undefined) return undefined;
    return partition.window.find({
      ...names,
      key: record.key,
      messageId: id,
      offset: partition.next,
      time: scene.clock.scheduler.now(),
    });
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
