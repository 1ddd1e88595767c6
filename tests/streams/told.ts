import type { Delivery } from "../../streams/delivery.ts";

/** Deliveries of values, and the values that were said to be done, in that order. */
export class Told<T> {
  readonly done: T[] = [];

  delivery(value: T): Delivery<T> {
    return { value, done: () => void this.done.push(value) };
  }
}
