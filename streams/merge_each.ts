import { from, Observable, type ObservableInput, type OperatorFunction, Subscriber, Subscription } from "rxjs";
import { LeanSubscriber } from "./lean_subscriber.ts";

/**
 * Listens to what each value of the source becomes, from when it comes, and emits all that they say: `mergeMap` without a limit, for many
 * that live long. For each of them `mergeMap` keeps five closures and an array, some 600 bytes, and searches a list of all when one ends.
 *
 * Completes when the source and all of them have; an error of any is the output's.
 */
export function mergeEach<In, Out>(project: (value: In) => ObservableInput<Out>): OperatorFunction<In, Out> {
  return (source) =>
    // deno-lint-ignore tidegate/no-new-observable -- it is made by hand as it is what each connection costs: see above
    new Observable((out) => {
      const all = new All(project, out);
      out.add(all);
      // deno-lint-ignore tidegate/no-subscribe -- as above
      source.subscribe(all);
    });
}

/** Listens to the source, and has what listens to each. */
class All<In, Out> extends Subscriber<In> {
  readonly #each = new Set<Each<Out>>();
  readonly #project: (value: In) => ObservableInput<Out>;
  #isLast = false;

  constructor(project: (value: In) => ObservableInput<Out>, readonly out: Subscriber<Out>) {
    super();
    this.#project = project;
  }

  override unsubscribe(): void {
    if (this.closed) return;
    super.unsubscribe();
    // As children of one, so that all are left even where one cannot be.
    const each = new Subscription();
    for (const one of this.#each) each.add(one);
    this.#each.clear();
    each.unsubscribe();
  }

  /** One has completed. */
  ended(one: Each<Out>): void {
    this.#each.delete(one);
    this.#completeWhereOver();
  }

  protected override _next(value: In): void {
    const one = new Each(this);
    this.#each.add(one);
    try {
      // deno-lint-ignore tidegate/no-subscribe -- as above
      from(this.#project(value)).subscribe(one);
    } catch (error) {
      this.out.error(error);
    }
  }

  protected override _error(error: unknown): void {
    this.out.error(error);
  }

  protected override _complete(): void {
    this.#isLast = true;
    this.#completeWhereOver();
  }

  #completeWhereOver(): void {
    if (this.#isLast && this.#each.size === 0) this.out.complete();
  }
}

/** Listens to what one value became. */
class Each<Out> extends LeanSubscriber<Out> {
  constructor(private readonly all: { readonly out: Subscriber<Out>; ended(one: Each<Out>): void }) {
    super();
  }

  protected override _next(value: Out): void {
    this.all.out.next(value);
  }

  protected override _error(error: unknown): void {
    this.all.out.error(error);
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.all.ended(this);
  }
}
