import { Observable, type ObservableInput, type OperatorFunction, Subscriber } from "rxjs";
import { GroupWork, type InFlightLimit } from "./group_work.ts";

/**
 * Runs `project` for each item of groups of items, up to `high` at once, each started in the order of the groups and items; a group
 * begins when the one before it has completed. Emits all outputs as they come, and between them `pause` and `resume` in turn: a source
 * that stops when told keeps what waits here bounded.
 *
 * Completes when the source, the groups and all projections have. An error of the source, a group or a projection is the output's.
 */
export function limitGroupsInFlight<In, Out>(
  project: (item: In) => ObservableInput<Out>,
  limit: InFlightLimit<Out>,
): OperatorFunction<ObservableInput<In>, Out> {
  return (source) =>
    // deno-lint-ignore tidegate/no-new-observable -- see GroupWork
    new Observable((out) => {
      const work = new GroupWork<In, Out>({ project, limit }, out);
      const groups = new Groups(work);
      out.add(groups);
      out.add(() => work.leave());
      // deno-lint-ignore tidegate/no-subscribe -- see GroupWork
      source.subscribe(groups);
    });
}

/** Listens to the source of groups. */
class Groups<In, Out> extends Subscriber<ObservableInput<In>> {
  constructor(private readonly work: GroupWork<In, Out>) {
    super();
  }

  protected override _next(group: ObservableInput<In>): void {
    this.work.add(group);
  }

  protected override _error(error: unknown): void {
    this.unsubscribe();
    this.work.fail(error);
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.work.end();
  }
}
