/** The outbound pipeline: batches of the log to frames for subscribers. */
import { concat, concatMap, defer, EMPTY, type Observable, of } from "rxjs";
import { deduplicate } from "./deduplicate.ts";
import { fanOut } from "./fan_out.ts";
import type { Effect } from "./ports/transport.ts";
import type { Scene } from "./scene.ts";

/**
 * Follows the log for ever and says what its records do to connections, a batch at a time; each batch is done when its effects
 * were taken. Errors where the log's tail does.
 */
export function followLog(scene: Scene): Observable<readonly Effect[]> {
  const { log, routes, view } = scene;
  return log.tail({ topics: routes.topics, start: (place, range) => view.start(place, range) }).pipe(
    deduplicate(scene),
    fanOut(scene),
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
}
