/** A new token on a live connection. */
import { defer, map, type Observable, of } from "rxjs";
import { renewWatches } from "./enter_presence.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import type { RefreshFrame, ServerFrame } from "./frame.ts";
import { authorize } from "./permission.ts";
import type { Identity } from "./ports/authenticator.ts";
import type { Effect } from "./ports/transport.ts";
import type { Scene } from "./scene.ts";
import { reply, type Session } from "./session.ts";
import { leave } from "./subscribe.ts";

/**
 * Answers `refresh`: the session goes on with the identity of the new token, which is of the same user, and with what that token allows.
 * Subscriptions that it does not allow any more end with `unsubscribed`. A token that is refused changes nothing.
 */
export function refresh(
  scene: Scene,
  request: { session: Session; frame: RefreshFrame },
): Observable<readonly Effect[]> {
  const { session, frame: { id, token } } = request;
  const { authenticator } = scene;
  return defer(() => {
    if (!authenticator.refresh) {
      return refuse(
        failure("bad_request", "Cannot refresh: this gateway takes no tokens, who clients are does not end"),
      );
    }
    const turn = (session.refreshes?.asked ?? 0) + 1;
    session.refreshes = { asked: turn, done: session.refreshes?.done ?? 0 };
    return authenticator.refresh(token).pipe(map((judged) => isFailure(judged) ? error(judged) : settle(judged, turn)));
  });

  function settle(identity: Identity, turn: number): readonly Effect[] {
    if (session.ended) return [];
    if (identity.user !== session.user) {
      return error(failure("forbidden", `Cannot refresh: the token is not of ${session.user}; connect anew with it`));
    }
    if (scene.denials?.denies(identity, scene.clock.scheduler.now())) {
      return error(failure("forbidden", "Cannot refresh: this token is denied"));
    }
    const refreshes = session.refreshes!;
    if (turn < refreshes.done) return error(failure("cancelled", "Cannot refresh: a later refresh came first"));
    session.refreshes = { ...refreshes, done: turn };
    scene.sessions.renew(session, identity);
    const { expiresAt } = identity;
    const refreshed: ServerFrame = { type: "refreshed", id, ...(expiresAt === undefined ? {} : { expiresAt }) };
    const left = leaveForbidden();
    renewWatches(scene, session);
    return reply(session, refreshed, ...left);
  }

  /** Ends the subscriptions that the session may not have any more. */
  function leaveForbidden(): readonly ServerFrame[] {
    const { identity } = session;
    return [...session.memberships.values()].flatMap((membership): ServerFrame[] => {
      const { channel } = membership;
      const match = scene.routes.find(channel);
      if (match && !authorize({ action: "subscribe", identity, channel, match })) return [];
      leave(scene, session, membership);
      return [{ type: "unsubscribed", id: undefined, channel, reason: "forbidden" }];
    });
  }

  function error(reason: Failure): readonly Effect[] {
    return reply(session, { type: "error", id, failure: reason });
  }

  function refuse(reason: Failure): Observable<readonly Effect[]> {
    return of(error(reason));
  }
}
