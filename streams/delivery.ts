/**
 * A value of a source that wants to know when it was dealt with.
 *
 * A source counts what it has handed out and is not `done()`: that bounds what is in flight, and tells how far its offsets may be
 * committed. What stands between a source and a sink passes `done` on, so that it is called when the sink has acknowledged all that
 * became of the value.
 */
export interface Delivery<T> {
  readonly value: T;
  /** Says that all that became of the value was written, or that it was left out on purpose. A second call is ignored. */
  done(): void;
}

/** One delivery as several, one a value: it is done when all of these are, and at once where there are none. */
export function split<T, R>(delivery: Delivery<T>, values: readonly R[]): Delivery<R>[] {
  let open = values.length;
  if (open === 0) delivery.done();
  return values.map((value) => {
    let isOpen = true;
    return {
      value,
      done() {
        if (!isOpen) return;
        isOpen = false;
        if (--open === 0) delivery.done();
      },
    };
  });
}

/** Several deliveries as one: all of them are done when it is. */
export function gather<T, R>(deliveries: readonly Delivery<T>[], value: R): Delivery<R> {
  return { value, done: () => deliveries.forEach((delivery) => delivery.done()) };
}
