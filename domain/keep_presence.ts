/** The pipeline of presence: what sessions do and what other nodes say, to the log and to those who watch. */
import {
  catchError,
  connect,
  defer,
  EMPTY,
  endWith,
  exhaustMap,
  filter,
  ignoreElements,
  interval,
  map,
  merge,
  type Observable,
  of,
  type OperatorFunction,
  repeat,
  tap,
  timeout,
  timer,
} from "rxjs";
import { followWhole } from "./follow_whole.ts";
import type { Effect } from "./ports/transport.ts";
import type { Presence } from "./presence.ts";
import { presenceRecord, type PresenceWord } from "./presence_word.ts";
import type { Scene } from "./scene.ts";

/** How long the farewell of a node may take, in milliseconds. Without it others notice by its silence. */
const FAREWELL_MS = 1_000;

/** What of a scene presence needs. */
type PresenceScene = Pick<Scene, "log" | "clock" | "telemetry" | "view">;

/**
 * Keeps presence for ever: emits what watchers are told. The source is all that sessions do: after each of their turns it is looked who came and
 * went. What came and went in a turn is one append; there is one append at a time, and what could not be written goes with the next heartbeat. Errors
 * where the log's tail does.
 */
export function keepPresence(scene: PresenceScene, presence: Presence): OperatorFunction<unknown, readonly Effect[]> {
  const { log, clock: { scheduler }, telemetry, view } = scene;
  const { topic, beatMs } = presence;
  return (sessions$) => {
    const turns$ = sessions$.pipe(
      filter(() => presence.isBusy),
      exhaustMap(() => timer(0, scheduler)),
    );
    if (!topic) return turns$.pipe(map(() => presence.takeNews()));
    const read$ = followWhole(log, {
      topic: topic.topic,
      start: (place, range) => topic.start(place, range),
      take: (batch) => {
        const { foreign, expired } = presence.take(batch);
        if (expired > 0) telemetry.count("presence_expired", expired);
        if (foreign > 0) {
          telemetry.note("warn", "Cannot understand records of presence", { topic: topic.topic, foreign });
        }
        return presence.takeNews();
      },
    });
    const beats$ = interval(beatMs, scheduler).pipe(tap(() => presence.beat()));
    return merge(read$, merge(turns$, beats$).pipe(map(() => presence.takeNews()))).pipe(
      connect((steps$) => merge(steps$, steps$.pipe(exhaustMap(write)))),
    );
  };

  /** Writes what is due, and what has become due meanwhile. */
  function write(): Observable<never> {
    const isDue = () => view.state.available && presence.isDue;
    return defer(() => isDue() ? append(presence.takeDue()) : EMPTY).pipe(
      repeat({ delay: () => isDue() ? of(undefined) : EMPTY }),
    );
  }

  function append(words: readonly PresenceWord[]): Observable<never> {
    telemetry.count("presence_written", words.length);
    return log.append(words.map(presenceRecord)).pipe(
      tap((outcome) => {
        presence.written(words[outcome.index]!, outcome);
        if (outcome.kind === "appended") return;
        telemetry.note("warn", "Cannot write who is present", { topic: topic?.topic, reason: outcome.message });
      }),
      ignoreElements(),
    );
  }
}

/** Takes a node and its members out of the log as it ends, where the log takes that soon enough; emits once and completes. Never errors. */
export function leavePresence(scene: PresenceScene, presence: Presence): Observable<void> {
  const { log, clock: { scheduler }, view } = scene;
  return defer(() => {
    const words = view.state.available ? presence.farewell() : [];
    if (words.length === 0) return of(undefined);
    return log.append(words.map(presenceRecord)).pipe(
      ignoreElements(),
      timeout({ first: FAREWELL_MS, scheduler }),
      catchError(() => EMPTY),
      endWith(undefined),
    );
  });
}
