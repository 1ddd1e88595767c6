/** Ending a session before its client does. */
import { exhaustMap, filter, interval, map, type OperatorFunction, pipe, takeWhile } from "rxjs";
import { type Disconnect, disconnect } from "./disconnect.ts";
import type { Effect } from "./ports/transport.ts";
import type { Scene } from "./scene.ts";
import type { Session } from "./session.ts";
import { leave } from "./subscribe.ts";

/** How often the ends of tokens are looked at, in milliseconds. */
const LOOK_EVERY_MS = 500;

/**
 * Ends a session at once: its subscriptions are left, nothing that it has sent is begun any more, and its connection is closed. What is
 * under way in the log goes on, unanswered.
 */
export function endSession(
  scene: Pick<Scene, "index" | "sessions" | "presence">,
  session: Session,
  reason: Disconnect,
): readonly Effect[] {
  for (const membership of [...session.memberships.values()]) leave(scene, session, membership);
  session.ended = true;
  scene.sessions.remove(session);
  return [{ kind: "close", connection: session.connection, disconnect: reason }];
}

/**
 * Closes the sessions whose identities end, within a second of it: one timer for all of them, and none while there are none. The source is
 * all that sessions do: it tells when to look whether there are any.
 */
export function endExpired(
  scene: Pick<Scene, "clock" | "index" | "sessions" | "presence">,
): OperatorFunction<unknown, readonly Effect[]> {
  const { clock: { scheduler }, sessions } = scene;
  const end = () =>
    sessions.takeExpired(scheduler.now()).flatMap((session) =>
      endSession(scene, session, disconnect("token_expired", "connect again with a new token"))
    );
  return pipe(
    filter(() => sessions.expiring > 0),
    exhaustMap(() => interval(LOOK_EVERY_MS, scheduler).pipe(map(end), takeWhile(() => sessions.expiring > 0, true))),
    filter((effects) => effects.length > 0),
  );
}
