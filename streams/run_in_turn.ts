import { defer, type ObservableInput, type OperatorFunction } from "rxjs";
import { Fifo } from "./fifo.ts";
import { whenFree } from "./when_free.ts";

/**
 * As `mergeMap`: runs up to `concurrency` at once, started in the order of the items, and emits what they emit as it comes. Many that end as soon as
 * they start, after a wait, do not nest one within the other. Holds all that waits: the source bounds it.
 */
export function runInTurn<In, Out>(
  project: (item: In) => ObservableInput<Out>,
  concurrency: number,
): OperatorFunction<In, Out> {
  return (source) =>
    defer(() => {
      const waiting = new Fifo<In>();
      const offer = (item: In) => {
        waiting.push(item);
        return true;
      };
      return source.pipe(whenFree({ concurrency, offer, run: () => project(waiting.shift()!) }));
    });
}
