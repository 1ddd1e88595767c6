import { Subscriber, Subscription, type TeardownLogic } from "rxjs";

/**
 * A subscriber of which a connection has one for as long as it lives: it keeps the first thing to be freed itself, where `Subscriber` takes
 * an array with room for seventeen, some 150 bytes. Its source adds that one, and hardly ever another.
 */
export abstract class LeanSubscriber<T> extends Subscriber<T> {
  #first: Exclude<TeardownLogic, void> | undefined;

  override add(teardown: TeardownLogic): void {
    if (!teardown || teardown === this) return;
    if (this.closed || this.#first) super.add(teardown);
    else if (!(teardown instanceof Subscription && teardown.closed)) this.#first = teardown;
  }

  override unsubscribe(): void {
    if (this.closed) return;
    // Added now, it is freed with the others, and its failure told with theirs.
    const first = this.#first;
    this.#first = undefined;
    if (first) super.add(first);
    super.unsubscribe();
  }
}
