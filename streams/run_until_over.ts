import { Observable, type ObservableInput, Subscriber } from "rxjs";
import { GroupWork, type GroupWorkOptions } from "./group_work.ts";
import { LeanSubscriber } from "./lean_subscriber.ts";

/** What is said to a run besides its messages. */
export type Order<In> =
  /** These items come after those of the messages so far. */
  | { readonly kind: "group"; readonly group: ObservableInput<In> }
  /** What is under way is finished, and nothing else is begun: later messages and groups are ignored. */
  | { readonly kind: "last" }
  /** It is over, whatever is under way. */
  | { readonly kind: "over" };

/** How the messages of one source are worked on, from the first to the last: `project` and `limit` are as in `limitGroupsInFlight`. */
export interface Run<Message, In, Out, Word> extends GroupWorkOptions<In, Out> {
  /** The items of a message: its group. */
  groupOf(message: Message): ObservableInput<In>;
  /** Asked once; listened to until the first message comes. */
  whileSilent(): Observable<Order<In>>;
  /** Listened to until the run is over. */
  readonly words: Observable<Word>;
  /** What a word means. While that is listened to, until it completes, other words are ignored. */
  ordersOf(word: Word): Observable<Order<In>>;
  /** The last output: of a run that is over, or that failed with `error`, which is nobody else's then. */
  lastWord(failed?: { readonly error: unknown }): Out;
  /** Called once, when everything that was under way was left, whoever has ended it; before the last output. */
  left(): void;
}

/**
 * Works on the messages of a source until they end: as `limitGroupsInFlight`, but what is under way is left when the source completes, and
 * orders come from aside. Then it emits a last word and completes; so it does where something fails. It never errors.
 *
 * One operator for all of it, as there is one of these for every connection; see `GroupWork`.
 */
export function runUntilOver<Message, In, Out, Word>(
  messages: Observable<Message>,
  run: Run<Message, In, Out, Word>,
): Observable<Out> {
  // deno-lint-ignore tidegate/no-new-observable -- see GroupWork
  return new Observable((out) => {
    const outputs = new Outputs(run, out);
    out.add(outputs);
    // deno-lint-ignore tidegate/no-subscribe -- see GroupWork
    run.words.subscribe(outputs.words);
    // deno-lint-ignore tidegate/no-subscribe -- see GroupWork
    if (!outputs.closed) run.whileSilent().subscribe(outputs.silence);
    // deno-lint-ignore tidegate/no-subscribe -- see GroupWork
    if (!outputs.closed) messages.subscribe(outputs.messages);
  });
}

/** What the work says, on its way to the output: whichever end it comes to, the last word follows. Has all that is listened to. */
class Outputs<Message, In, Out, Word> extends Subscriber<Out> {
  readonly work: GroupWork<In, Out>;
  readonly words = new Words(this);
  readonly messages = new Messages(this);
  /** Absent once it was broken. */
  silence: Orders<Message, In, Out, Word> | undefined = new Orders(this);
  isLast = false;

  constructor(readonly run: Run<Message, In, Out, Word>, private readonly out: Subscriber<Out>) {
    super();
    this.work = new GroupWork(run, this);
  }

  override unsubscribe(): void {
    if (this.closed) return;
    super.unsubscribe();
    try {
      this.silence?.unsubscribe();
      this.messages.unsubscribe();
      this.words.unsubscribe();
      this.work.leave();
    } finally {
      this.run.left();
    }
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
class Messages<Message, In, Out, Word> extends LeanSubscriber<Message> {
  constructor(private readonly outputs: Outputs<Message, In, Out, Word>) {
    super();
  }

  protected override _next(message: Message): void {
    const { outputs } = this;
    outputs.silence?.unsubscribe();
    outputs.silence = undefined;
    if (outputs.isLast) return;
    try {
      outputs.work.add(outputs.run.groupOf(message));
    } catch (error) {
      outputs.error(error);
    }
  }

  protected override _error(error: unknown): void {
    this.outputs.error(error);
  }

  protected override _complete(): void {
    this.outputs.complete();
  }
}

/** Listens to words, and to what one means. */
class Words<Message, In, Out, Word> extends LeanSubscriber<Word> {
  #obeyed: Orders<Message, In, Out, Word> | undefined;

  constructor(private readonly outputs: Outputs<Message, In, Out, Word>) {
    super();
  }

  override unsubscribe(): void {
    super.unsubscribe();
    this.#obeyed?.unsubscribe();
  }

  protected override _next(word: Word): void {
    if (this.#obeyed && !this.#obeyed.closed) return;
    const { outputs } = this;
    this.#obeyed = new Orders(outputs);
    try {
      // deno-lint-ignore tidegate/no-subscribe -- see GroupWork
      outputs.run.ordersOf(word).subscribe(this.#obeyed);
    } catch (error) {
      outputs.error(error);
    }
  }

  protected override _error(error: unknown): void {
    this.outputs.error(error);
  }

  protected override _complete(): void {
    // What the last of them means is still listened to.
    super.unsubscribe();
  }
}

/** Listens to orders. */
class Orders<Message, In, Out, Word> extends Subscriber<Order<In>> {
  constructor(private readonly outputs: Outputs<Message, In, Out, Word>) {
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
