import { Observable, type ObservableInput, Subscriber, type Subscription } from "rxjs";
import { GroupWork, type InFlightLimit } from "./group_work.ts";

/** What is said to a run besides its messages. */
export type Order<In> =
  /** These items come after those of the messages so far. */
  | { readonly kind: "group"; readonly group: ObservableInput<In> }
  /** What is under way is finished, and nothing else is begun: later messages and groups are ignored. */
  | { readonly kind: "last" }
  /** It is over, whatever is under way. */
  | { readonly kind: "over" };

/** How the messages of one source are worked on, from the first to the last. */
export interface Run<Message, In, Out> {
  /** The items of a message: its group. */
  readonly groupOf: (message: Message) => ObservableInput<In>;
  /** What an item becomes; groups and items are begun as `limitGroupsInFlight` does. */
  readonly project: (item: In) => ObservableInput<Out>;
  readonly limit: InFlightLimit<Out>;
  /** Listened to until the first message comes. */
  readonly whileSilent: Observable<Order<In>>;
  /** Listened to until the run is over. */
  readonly orders: Observable<Order<In>>;
  /** The last output: of a run that is over, or that failed with `error`, which is nobody else's then. */
  readonly lastWord: (failed?: { readonly error: unknown }) => Out;
  /** Called once, when everything that was under way was left, whoever has ended it. */
  readonly left: () => void;
}

/**
 * Works on the messages of a source until they end: as `limitGroupsInFlight`, but what is under way is left when the source completes, and
 * orders come from aside. Then it emits a last word and completes; so it does where something fails. It never errors.
 *
 * One operator for all of it, as there is one of these for every connection; see `GroupWork`.
 */
export function runUntilOver<Message, In, Out>(
  messages: Observable<Message>,
  run: Run<Message, In, Out>,
): Observable<Out> {
  // deno-lint-ignore tidegate/no-new-observable -- see GroupWork
  return new Observable((out) => {
    const outputs = new Outputs(run, out);
    out.add(outputs);
    out.add(run.left);
    const silence = new Orders(outputs);
    outputs.add(silence);
    const reader = new Messages(run, { outputs, silence });
    outputs.add(reader);
    const listener = new Orders(outputs);
    outputs.add(listener);
    // deno-lint-ignore tidegate/no-subscribe -- see GroupWork
    run.orders.subscribe(listener);
    // deno-lint-ignore tidegate/no-subscribe -- see GroupWork
    if (!outputs.closed) run.whileSilent.subscribe(silence);
    // deno-lint-ignore tidegate/no-subscribe -- see GroupWork
    if (!outputs.closed) messages.subscribe(reader);
  });
}

/** What the work says, on its way to the output: whichever end it comes to, the last word follows. */
class Outputs<Message, In, Out> extends Subscriber<Out> {
  readonly work: GroupWork<In, Out>;
  isLast = false;

  constructor(private readonly run: Run<Message, In, Out>, private readonly out: Subscriber<Out>) {
    super();
    this.work = new GroupWork({ project: run.project, limit: run.limit, out: this });
  }

  protected override _next(value: Out): void {
    this.out.next(value);
  }

  protected override _error(error: unknown): void {
    this.#end({ error });
  }

  protected override _complete(): void {
    this.#end();
  }

  #end(failed?: { readonly error: unknown }): void {
    this.unsubscribe();
    this.out.next(this.run.lastWord(failed));
    this.out.complete();
  }
}

/** Listens to the messages. */
class Messages<Message, In, Out> extends Subscriber<Message> {
  readonly #outputs: Outputs<Message, In, Out>;
  #silence: Subscription | undefined;

  constructor(
    private readonly run: Run<Message, In, Out>,
    options: { readonly outputs: Outputs<Message, In, Out>; readonly silence: Subscription },
  ) {
    super();
    this.#outputs = options.outputs;
    this.#silence = options.silence;
  }

  protected override _next(message: Message): void {
    const { run } = this;
    const outputs = this.#outputs;
    this.#silence?.unsubscribe();
    this.#silence = undefined;
    if (outputs.isLast) return;
    try {
      outputs.work.add(run.groupOf(message));
    } catch (error) {
      outputs.error(error);
    }
  }

  protected override _error(error: unknown): void {
    this.#outputs.error(error);
  }

  protected override _complete(): void {
    this.#outputs.complete();
  }
}

/** Listens to orders. */
class Orders<Message, In, Out> extends Subscriber<Order<In>> {
  constructor(private readonly outputs: Outputs<Message, In, Out>) {
    super();
  }

  protected override _next(order: Order<In>): void {
    const { outputs } = this;
    if (order.kind === "over") outputs.complete();
    else if (order.kind === "group") {
      if (!outputs.isLast) outputs.work.add(order.group);
    } else {
      outputs.isLast = true;
      outputs.work.end();
    }
  }

  protected override _error(error: unknown): void {
    this.outputs.error(error);
  }

  protected override _complete(): void {
    this.unsubscribe();
  }
}
