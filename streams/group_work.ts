import { from, type ObservableInput, Subscriber, Subscription } from "rxjs";
import { Fifo } from "./fifo.ts";

/** When to ask a source of groups to pause, and when to go on. */
export interface InFlightLimit<Out> {
  /** With so many items under way `pause` is emitted; no more are started. At least 1. */
  readonly high: number;
  /** After a pause, with so many items or fewer under way, `resume` is emitted. Less than `high`. */
  readonly low: number;
  /** With so many groups that wait for the group before them `pause` is emitted, too; and `resume` when none does. At least 1. */
  readonly waiting: number;
  /** What is emitted to have the source stop. */
  readonly pause: Out;
  /** What is emitted to have it go on. */
  readonly resume: Out;
}

/** What becomes of the items, and how many at once. */
export interface GroupWorkOptions<In, Out> {
  project(item: In): ObservableInput<Out>;
  readonly limit: InFlightLimit<Out>;
}

/** Stands behind the items of a group. */
const GROUP_END = Symbol("the end of a group");

/**
 * The groups that wait, the items of those that have begun, and what is under way: the state behind `limitGroupsInFlight` and `runUntilOver`,
 * which say what it does.
 *
 * Made by hand and not of operators: a connection has one for as long as it lives, and a message passes through it. Of operators it took
 * 30 KB a connection and 60 microseconds a message. It loops where those nest, so that many that end as they begin need no stack.
 */
export class GroupWork<In, Out> {
  readonly #options: GroupWorkOptions<In, Out>;
  readonly #out: Subscriber<Out>;
  /** Absent while there are none, as there are none in nearly every connection. */
  #groups: Fifo<ObservableInput<In>> | undefined;
  #items: Fifo<In | typeof GROUP_END> | undefined;
  /** What is under way; absent while nothing is. */
  #running: Subscription | undefined;
  #inFlight = 0;
  #isOpen = false;
  #isPaused = false;
  #isLooping = false;
  #isLast = false;

  /** `out` takes the outputs; who unsubscribes it calls {@linkcode leave}, too. */
  constructor(options: GroupWorkOptions<In, Out>, out: Subscriber<Out>) {
    this.#options = options;
    this.#out = out;
  }

  /** A group of items, to be begun when the one before it has completed. */
  add(group: ObservableInput<In>): void {
    (this.#groups ??= new Fifo()).push(group);
    this.#goOn();
    this.#pauseWhereGrown();
  }

  /** No more groups come: the output completes when all is done. */
  end(): void {
    this.#isLast = true;
    this.#goOn();
  }

  /** An item of the group that has begun. */
  item(item: In): void {
    (this.#items ??= new Fifo()).push(item);
    this.#goOn();
  }

  /** The group that has begun is complete. */
  closeGroup(): void {
    this.#isOpen = false;
    (this.#items ??= new Fifo()).push(GROUP_END);
    this.#goOn();
  }

  /** An output of an item. */
  emit(value: Out): void {
    this.#out.next(value);
  }

  /** What was under way of an item has completed. */
  endItem(): void {
    this.#inFlight--;
    this.#resumeWhereEased();
    this.#goOn();
  }

  /** Something failed: the output does. */
  fail(error: unknown): void {
    this.#out.error(error);
  }

  /** Leaves what is under way; to be called when the output is closed. */
  leave(): void {
    this.#running?.unsubscribe();
  }

  #goOn(): void {
    if (this.#isLooping) return;
    this.#isLooping = true;
    const out = this.#out;
    while (!out.closed && (this.#startItem() || this.#openGroup()));
    if (this.#items?.length === 0) this.#items = undefined;
    if (this.#groups?.length === 0) this.#groups = undefined;
    this.#isLooping = false;
    const isIdle = !this.#items && !this.#groups && !this.#isOpen && this.#inFlight === 0;
    if (isIdle) this.#running = undefined;
    if (this.#isLast && isIdle) out.complete();
  }

  #startItem(): boolean {
    if (!this.#items || this.#items.length === 0 || this.#inFlight >= this.#options.limit.high) return false;
    const item = this.#items.shift()!;
    if (item === GROUP_END) this.#resumeWhereEased();
    else this.#start(item as In);
    return true;
  }

  #start(item: In): void {
    const out = this.#out;
    this.#inFlight++;
    try {
      const outputs = this.#options.project(item);
      if (Array.isArray(outputs)) {
        for (const output of outputs) out.next(output);
        this.#inFlight--;
        this.#resumeWhereEased();
      } else {
        const running = new Running(this);
        this.#keep(running);
        // deno-lint-ignore tidegate/no-subscribe -- this is the inside of an operator: see the class
        from(outputs).subscribe(running);
      }
    } catch (error) {
      out.error(error);
    }
    this.#pauseWhereGrown();
  }

  #openGroup(): boolean {
    if (this.#isOpen || !this.#groups || this.#groups.length === 0) return false;
    const group = this.#groups.shift()!;
    this.#isOpen = true;
    if (Array.isArray(group)) {
      for (const item of group) this.item(item);
      this.closeGroup();
    } else {
      const open = new Opened(this);
      this.#keep(open);
      // deno-lint-ignore tidegate/no-subscribe -- this is the inside of an operator: see the class
      from(group).subscribe(open);
    }
    return true;
  }

  #keep(running: Subscription): void {
    if (this.#out.closed) running.unsubscribe();
    else (this.#running ??= new Subscription()).add(running);
  }

  #pauseWhereGrown(): void {
    const { limit } = this.#options;
    if (this.#isPaused || (this.#inFlight < limit.high && this.#waiting < limit.waiting)) return;
    this.#isPaused = true;
    this.#out.next(limit.pause);
  }

  #resumeWhereEased(): void {
    const { limit } = this.#options;
    if (!this.#isPaused || this.#inFlight > limit.low || this.#waiting > 0) return;
    this.#isPaused = false;
    this.#out.next(limit.resume);
  }

  get #waiting(): number {
    return this.#groups?.length ?? 0;
  }
}

/** Listens to what an item became. */
class Running<In, Out> extends Subscriber<Out> {
  constructor(private readonly work: GroupWork<In, Out>) {
    super();
  }

  protected override _next(value: Out): void {
    this.work.emit(value);
  }

  protected override _error(error: unknown): void {
    this.unsubscribe();
    this.work.fail(error);
  }

  protected override _complete(): void {
    // First, so that what starts next finds everything released.
    this.unsubscribe();
    this.work.endItem();
  }
}

/** Listens to the group that has begun. */
class Opened<In, Out> extends Subscriber<In> {
  constructor(private readonly work: GroupWork<In, Out>) {
    super();
  }

  protected override _next(item: In): void {
    this.work.item(item);
  }

  protected override _error(error: unknown): void {
    this.unsubscribe();
    this.work.fail(error);
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.work.closeGroup();
  }
}
