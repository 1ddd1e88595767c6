/** Requests to answers: what each client frame does. */
import { catchError, concatMap, defer, map, type Observable, of } from "rxjs";
import { present } from "./enter_presence.ts";
import { failure } from "./failure.ts";
import type { ClientFrame, Decoded, RequestId, ServerFrame } from "./frame.ts";
import { holdRates } from "./hold_rates.ts";
import { history } from "./history.ts";
import { LogUnavailable } from "./ports/log.ts";
import type { Effect } from "./ports/transport.ts";
import { publish } from "./publish.ts";
import { refresh } from "./refresh.ts";
import type { Scene } from "./scene.ts";
import { reply, type Session } from "./session.ts";
import { leave, subscribe } from "./subscribe.ts";

/**
 * Carries out what a client sent: effects in order, among them exactly one answer, or the session's close. Nothing is done before it
 * is subscribed to; what it does to the log and the index, it does at once then.
 */
export function answer(scene: Scene, session: Session, decoded: Decoded): Observable<readonly Effect[]> {
  const held = decoded.kind === "fatal" ? undefined : holdRates(scene, session, decoded);
  if (held) return of(held);
  switch (decoded.kind) {
    case "frame":
      return defer(() => carryOut(scene, session, decoded.frame));
    case "refused":
      scene.telemetry.count("frames_refused");
      return of(reply(session, { type: "error", id: decoded.id, failure: decoded.failure }));
    case "fatal":
      scene.telemetry.count("frames_refused");
      return of([{ kind: "close", connection: session.connection, disconnect: decoded.disconnect }]);
  }
}

function carryOut(scene: Scene, session: Session, frame: ClientFrame): Observable<readonly Effect[]> {
  switch (frame.type) {
    case "publish":
      return publish(scene, { session, frame }).pipe(
        // Without an id nobody waits for the good news; the bad is told.
        map((told) => told.type === "published" && frame.id === undefined ? [] : reply(session, told)),
      );
    case "subscribe":
      return subscribed(scene, session, frame);
    case "history":
      return history(scene, { session, frame }).pipe(
        catchError((error) => {
          if (!(error instanceof LogUnavailable)) throw error;
          const message = `Cannot see the history of ${frame.channel}: the log is away`;
          return of<ServerFrame>({ type: "error", id: frame.id, failure: failure("unavailable", message) });
        }),
        map((told) => reply(session, told)),
      );
    case "unsubscribe":
      return of(reply(session, unsubscribed(scene, session, frame)));
    case "presence":
      return of(present(scene, session, frame));
    case "refresh":
      return refresh(scene, { session, frame });
    case "ping":
      return of(reply(session, { type: "pong", id: frame.id }));
    case "connect": {
      const late = failure("already_connected", "Cannot connect: connect is taken only as the first frame");
      return of(reply(session, { type: "error", id: undefined, failure: late }));
    }
  }
}

interface OnChannel {
  readonly id: RequestId;
  readonly channel: string;
}

function subscribed(
  scene: Scene,
  session: Session,
  frame: OnChannel & { readonly since?: string },
): Observable<readonly Effect[]> {
  const { id, channel, since } = frame;
  return subscribe(scene, { session, channel, ...(since === undefined ? {} : { since }) }).pipe(
    concatMap((step) => {
      if (step.kind === "effects") return of(step.effects);
      const { subscription } = step;
      const told: ServerFrame = subscription.kind === "refused"
        ? { type: "error", id, failure: subscription.failure }
        : { ...subscription, type: "subscribed", id };
      return of([...reply(session, told), ...step.after]);
    }),
  );
}

function unsubscribed(scene: Scene, session: Session, { id, channel }: OnChannel): ServerFrame {
  for (const [name, membership] of session.memberships) {
    if (name !== channel) continue;
    leave(scene, session, membership);
    return { type: "unsubscribed", id, channel };
  }
  const message = `Cannot unsubscribe from ${channel}: it is not subscribed`;
  return { type: "error", id, failure: failure("not_subscribed", message) };
}
