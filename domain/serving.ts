/** Waiting for the live tail. */
import { defer, filter, interval, map, type Observable, startWith, take, throwError, timeout } from "rxjs";
import type { PartitionView } from "./partition_view.ts";
import { LogUnavailable } from "./ports/log.ts";
import type { Scene } from "./scene.ts";
import { type Place, placeOfTarget, type Target } from "./target.ts";

/** How often a waiting request looks, in milliseconds; only requests that come before the tail is ready wait. */
const LOOK_EVERY_MS = 25;

/** A partition that the tail follows, and the number by which it was chosen. */
export interface Served {
  readonly place: Place;
  readonly view: PartitionView;
}

/**
 * The partition of a channel, once the live tail serves it and has passed the offset; emits once, at once where it
 * can, and completes. Errors with {@linkcode LogUnavailable} after the answer deadline.
 */
export function whenServed(
  scene: Pick<Scene, "view" | "rest" | "clock" | "settings">,
  request: { target: Target; past?: number },
): Observable<Served> {
  const { view: log, clock: { scheduler }, settings: { answerMs } } = scene;
  const { target, past = -1 } = request;
  const look = (): Served | undefined => {
    const place = placeOfTarget(scene, target);
    if (place) scene.rest.need(place);
    const view = place && log.partition(place);
    // It cannot be woken now, and what it would be then is not what was asked for.
    if (view?.resting && !log.state.available) throw new LogUnavailable(log.state.reason ?? "the log is away");
    return place && view?.serving && view.next > past ? { place, view } : undefined;
  };
  return defer(() =>
    interval(LOOK_EVERY_MS, scheduler).pipe(
      startWith(0),
      map(look),
      filter((served) => served !== undefined),
      take(1),
      timeout({
        first: answerMs,
        scheduler,
        with: () => throwError(() => new LogUnavailable(log.state.reason ?? "the log is still being read")),
      }),
    )
  );
}
