import { map, type Observable, of, type OperatorFunction, pipe } from "rxjs";
import { limitGroupsInFlight } from "./limit_groups_in_flight.ts";

/** When to ask the source to pause, and when to go on. */
export interface InFlightLimit<Out> {
  /** At this many items under way `pause` is emitted; no more are started. At least 1. */
  readonly high: number;
  /** After a pause, at this many or fewer `resume` is emitted. Less than `high`. */
  readonly low: number;
  readonly pause: Out;
  readonly resume: Out;
}

/**
 * Runs `project` for each item, up to `high` at once, each started in the order of the items. Emits all outputs as they come, and
 * between them `pause` and `resume` in turn: a source that stops when told keeps what waits here bounded.
 *
 * Completes when the source and all projections have. An error of a projection is the output's.
 */
export function limitInFlight<In, Out>(
  project: (item: In) => Observable<Out>,
  limit: InFlightLimit<Out>,
): OperatorFunction<In, Out> {
  return pipe(map((item) => of(item)), limitGroupsInFlight(project, { ...limit, waiting: Infinity }));
}
