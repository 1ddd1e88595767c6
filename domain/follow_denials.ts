/** The deny-list's pipeline: records of the control topic to sessions that end. */
import {
  catchError,
  exhaustMap,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  reduce,
  tap,
} from "rxjs";
import type { DenialChange, DenyList } from "./deny_list.ts";
import { disconnect } from "./disconnect.ts";
import { endSession } from "./end_session.ts";
import { followWhole } from "./follow_whole.ts";
import { LogUnavailable } from "./ports/log.ts";
import type { Effect } from "./ports/transport.ts";
import type { Scene } from "./scene.ts";

/** How often it is looked whether the log has more than the list, in milliseconds. */
const LOOK_EVERY_MS = 5_000;

/**
 * Reads the list, whole and then for ever, and ends the sessions of those whom a record denies. Between records it looks whether there is
 * more than was read, so that a list that cannot be read is known to be old. Errors where the log's tail does.
 */
export function followDenials(scene: Scene, denials: DenyList): Observable<readonly Effect[]> {
  const { log, clock: { scheduler }, sessions, telemetry } = scene;
  const records$ = followWhole(log, {
    topic: denials.topic,
    start: (place, range) => denials.start(place, range, scheduler.now()),
    take: (batch) => denials.take(batch, scheduler.now()).flatMap(effectsOf),
  });
  const looks$ = interval(LOOK_EVERY_MS, scheduler).pipe(
    exhaustMap(() => isWhole().pipe(tap((whole) => whole && denials.seen(scheduler.now())))),
    ignoreElements(),
  );
  return merge(records$, looks$);

  function effectsOf({ denied, problem }: DenialChange): readonly Effect[] {
    if (problem !== undefined) {
      const effect = denied ? "what it denies is denied for ever" : "it was left out";
      telemetry.note("warn", "Cannot understand a record of the deny list", { reason: problem, effect });
    }
    if (!denied) return [];
    const now = scheduler.now();
    const concerned = denied.kind === "user" ? sessions.ofUser(denied.id) : sessions.ofToken(denied.id);
    return concerned.filter(({ identity }) => denials.denies(identity, now)).flatMap((session) => {
      telemetry.count("sessions_denied");
      return endSession(scene, session, disconnect("forbidden", "denied"));
    });
  }

  /** Whether the log has nothing that was not read; not where it cannot be asked. */
  function isWhole(): Observable<boolean> {
    const { places } = denials;
    return from(places).pipe(
      mergeMap(({ next, ...place }) => log.range(place).pipe(map(({ high }) => next !== undefined && next >= high)), 8),
      reduce((whole, one) => whole && one, places.length > 0),
      catchError((error) => {
        if (!(error instanceof LogUnavailable)) throw error;
        return of(false);
      }),
    );
  }
}
