/** The outbound side: batches of the log to frames for subscribers. */
import {
  catchError,
  concat,
  concatMap,
  concatWith,
  connect,
  defer,
  EMPTY,
  from,
  last,
  merge,
  NEVER,
  type Observable,
  of,
  type OperatorFunction,
  pipe,
  takeUntil,
  tap,
} from "rxjs";
import { deduplicate } from "./deduplicate.ts";
import { type FannedOut, fanOut } from "./fan_out.ts";
import type { Effect } from "./ports/transport.ts";
import { runOver } from "./run_over.ts";
import type { Scene } from "./scene.ts";

/**
 * Follows the log for ever and says what its records do to connections, a batch at a time; each batch is done when its effects
 * were taken, and the routes' operators have taken their publications. Errors where the log's tail does.
 */
export function followLog(scene: Scene): Observable<readonly Effect[]> {
  const { log, routes, view, rest } = scene;
  return log.tail({ topics: routes.topics, start: (place, range) => view.start(place, range), rest }).pipe(
    tap((batch) => rest.sample(batch)),
    deduplicate(scene),
    fanOut(scene),
    throughOperators(scene),
  );
}

/** Hands each batch to the operators of its routes first, then its own effects on, and then says that it is done. */
function throughOperators(scene: Scene): OperatorFunction<FannedOut, readonly Effect[]> {
  const operators = scene.routes.routes.flatMap((route) => {
    const outbound = route.pipeline?.outbound;
    return outbound?.kind === "over" ? [{ route, over: outbound }] : [];
  });
  if (operators.length === 0) return finish;
  return connect((steps$) => {
    // How the tail ends is no matter of the operators.
    const endless$ = steps$.pipe(catchError(() => NEVER), concatWith(NEVER));
    const passed = operators.map((operator) =>
      endless$.pipe(concatMap(({ live }) => from(live.get(operator.route) ?? [])), runOver(scene, operator))
    );
    return merge(...passed, steps$.pipe(finish)).pipe(takeUntil(steps$.pipe(last(null, null))));
  });
}

const finish: OperatorFunction<FannedOut, readonly Effect[]> = pipe(
  concatMap(({ effects, batch }) =>
    concat(
      of(effects),
      defer(() => {
        batch.done();
        return EMPTY;
      }),
    )
  ),
);
