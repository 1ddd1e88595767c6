/** Subscribing: join, replay, hand over to live, without gap or duplicate. */
import { catchError, concatMap, defer, map, type Observable, of, takeWhile } from "rxjs";
import type { Membership } from "./channel_index.ts";
import { type Cursor, parseCursor } from "./cursor.ts";
import { enterPresence } from "./enter_presence.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import { LogUnavailable } from "./ports/log.ts";
import type { Effect } from "./ports/transport.ts";
import { recover, type Unrecovered } from "./recover.ts";
import { isStateful } from "./route.ts";
import type { Scene } from "./scene.ts";
import { type Served, whenServed } from "./serving.ts";
import { reply, type Session } from "./session.ts";
import { excerpt, type Target, targetOf } from "./target.ts";

/** What a client wants to subscribe to, and after what. */
export interface SubscribeRequest {
  readonly session: Session;
  readonly channel: string;
  /** A cursor, `earliest`, or absent for now. */
  readonly since?: string;
}

/** The end of a subscribe request: it is live, or it was refused. */
export type Subscription =
  | {
    readonly kind: "subscribed";
    readonly channel: string;
    readonly cursor: string;
    readonly recovered: boolean;
    readonly reason?: Unrecovered;
  }
  | { readonly kind: "refused"; readonly failure: Failure };

/** What a subscribe does, in order: replayed frames, at last one `settled`, whose `after` follows the answer. */
export type SubscribeStep =
  | { readonly kind: "effects"; readonly effects: readonly Effect[] }
  | { readonly kind: "settled"; readonly subscription: Subscription; readonly after: readonly Effect[] };

/**
 * Subscribes a session. The subscription joins the index at once, and once the channel is served holds live publications back; what
 * was missed is replayed up to there, paced by the connection's queue; then the held ones go.
 *
 * `recovered` is a fact when it is told: the replay comes before it. Never errors.
 */
export function subscribe(scene: Scene, request: SubscribeRequest): Observable<SubscribeStep> {
  const wish = judge(scene, request);
  if (isFailure(wish)) return refused(wish);
  const { session } = request;
  const { target, since } = wish;
  const { channel } = target;
  const { index, telemetry } = scene;
  const membership = index.join(session, channel, { hold: true });
  session.memberships.set(channel, membership);
  return caughtUp(scene, wish).pipe(
    concatMap((result) => isFailure(result) ? refuse(result) : begin(result)),
    catchError((error) => {
      if (!(error instanceof LogUnavailable)) throw error;
      return refuse(failure("unavailable", `Cannot subscribe to ${channel}: the log is away`));
    }),
    map((step) => step.kind === "settled" || index.isCurrent(membership) ? step : cancelled(channel)),
    takeWhile((step) => step.kind !== "settled", true),
  );

  function begin(served: Served): Observable<SubscribeStep> {
    const { place, view } = served;
    index.holdFromNow(membership);
    const to = view.next;
    const cursor = view.cursor(place.partitions);
    if (since === undefined) return defer(() => settle(cursor));
    if (isStateful(target.match.route)) return defer(() => settle(cursor, "stateful_pipeline"));
    telemetry.count("replays");
    const room = () => scene.transport.drained(session.connection);
    return recover(scene, { target, served, since, to, room }).pipe(
      concatMap((step): Observable<SubscribeStep> => {
        if (step.kind === "end") return settle(cursor, step.reason);
        const frames = step.publications.map((publication) => ({ type: "publication" as const, publication }));
        return of({ kind: "effects", effects: reply(session, ...frames) });
      }),
    );
  }

  function settle(cursor: string, reason?: Unrecovered): Observable<SubscribeStep> {
    if (!index.isCurrent(membership)) return of(cancelled(channel));
    enterPresence(scene, session, { target, membership });
    if (reason) telemetry.count("replays_refused");
    const outcome = reason ? { recovered: false, reason } : { recovered: true };
    const { connection } = session;
    const after = index.release(membership).map((frame): Effect => ({
      kind: "send",
      connections: [connection],
      frame,
    }));
    return of({ kind: "settled", subscription: { kind: "subscribed", channel, cursor, ...outcome }, after });
  }

  function refuse(reason: Failure): Observable<SubscribeStep> {
    leave(scene, session, membership);
    return refused(reason);
  }
}

interface Wish {
  readonly target: Target;
  readonly since: Cursor | "earliest" | undefined;
}

/** Parses and authorizes a request. */
function judge(scene: Scene, request: SubscribeRequest): Wish | Failure {
  const { session } = request;
  const target = targetOf(scene, { session, channel: request.channel, action: "subscribe" });
  if (isFailure(target)) return target;
  const { channel } = target;
  if (session.memberships.has(channel)) {
    return failure("already_subscribed", `Cannot subscribe to ${channel}: it is subscribed already`);
  }
  const most = scene.settings.subscriptionsPerConnection;
  if (session.memberships.size >= most) {
    return failure("limit_exceeded", `Cannot subscribe to ${channel}: a connection has at most ${most} subscriptions`);
  }
  if (request.since === undefined || request.since === "earliest") return { target, since: request.since };
  const since = parseCursor(request.since);
  return since ? { target, since } : failure(
    "bad_cursor",
    `Cannot subscribe to ${channel} since ${excerpt(request.since)}: expected a cursor of this channel or "earliest"`,
  );
}

/** Ends a subscription of a session. */
export function leave(scene: Pick<Scene, "index" | "presence">, session: Session, membership: Membership): void {
  scene.index.leave(membership);
  scene.presence?.exit(membership);
  if (session.memberships.get(membership.channel) === membership) session.memberships.delete(membership.channel);
}

/** The channel's partition once it is served, and has passed the cursor if the log is that far; else why not. */
function caughtUp(scene: Scene, { target, since }: Wish): Observable<Served | Failure> {
  return whenServed(scene, { target }).pipe(concatMap((served) => {
    const { place, view } = served;
    if (since === undefined || since === "earliest" || since.partitions !== place.partitions) return of(served);
    if (since.partition !== place.partition) {
      return of(failure("bad_cursor", `Cannot subscribe to ${target.channel}: the cursor is of another channel`));
    }
    if (since.offset < view.next) return of(served);
    return scene.log.range(place).pipe(
      concatMap(({ high }) =>
        // Past the log's own end the cursor is of another log: the replay says so.
        whenServed(scene, { target, ...(since.offset < high ? { past: since.offset } : {}) })
      ),
    );
  }));
}

function refused(reason: Failure): Observable<SubscribeStep> {
  return of({ kind: "settled", subscription: { kind: "refused", failure: reason }, after: [] });
}

function cancelled(channel: string): SubscribeStep {
  const reason = failure("cancelled", `Cannot finish subscribing to ${channel}: it was unsubscribed`);
  return { kind: "settled", subscription: { kind: "refused", failure: reason }, after: [] };
}
