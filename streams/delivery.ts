/**
 * A value of a source that wants to know when it was dealt with.
 *
 * A source counts what it has handed out and is not `done()`: that bounds what is in flight, and tells how far its offsets may be
 * committed. What stands between a source and a sink passes `done` on, so that it is called when the sink has acknowledged all that
 * became of the value.
 */
export interface Delivery<T> {
  /** What is to be dealt with. */
  readonly value: T;
  /** Says that all that became of the value was written, or that it was left out on purpose. A second call is ignored. */
  done(): void;
}

/** Parts of a delivery that are handed out one by one. */
export interface Parts {
  /** A further part, which has to be done as well. */
  add<R>(value: R): Delivery<R>;
  /** There will be no more: the delivery is done when all parts are, at once where there were none. */
  end(): void;
}

/** Takes a delivery apart into parts that are not known yet. */
export function partsOf(delivery: Delivery<unknown>): Parts {
  // The end counts as a part.
  let open = 1;
  const part = <R>(value: R): Delivery<R> => {
    let isOpen = true;
    return {
      value,
      done() {
        if (!isOpen) return;
        isOpen = false;
        if (--open === 0) delivery.done();
      },
    };
  };
  const last = part(undefined);
  return {
    add(value) {
      open++;
      return part(value);
    },
    end: () => last.done(),
  };
}

/** One delivery as several, one a value: it is done when all of these are, and at once where there are none. */
export function split<T, R>(delivery: Delivery<T>, values: readonly R[]): Delivery<R>[] {
  const parts = partsOf(delivery);
  const deliveries = values.map((value) => parts.add(value));
  parts.end();
  return deliveries;
}

/** Several deliveries as one: all of them are done when it is. */
export function gather<T, R>(deliveries: readonly Delivery<T>[], value: R): Delivery<R> {
  return { value, done: () => deliveries.forEach((delivery) => delivery.done()) };
}

/** Several deliveries as one of all their values: what a batch, or a window that holds each item once, becomes. */
export function gatherValues<T>(deliveries: readonly Delivery<T>[]): Delivery<readonly T[]> {
  return gather(deliveries, deliveries.map(({ value }) => value));
}

/** Says that a delivery is dealt with: what operators take as `leftOut` where the items are deliveries. */
export function done(delivery: Delivery<unknown>): void {
  delivery.done();
}
