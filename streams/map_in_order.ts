import {
  concatMap,
  defer,
  EMPTY,
  expand,
  map,
  materialize,
  merge,
  mergeMap,
  type ObservableInput,
  type ObservedValueOf,
  of,
  type OperatorFunction,
  queueScheduler,
  subscribeOn,
} from "rxjs";
import { Fifo } from "./fifo.ts";
import { runInTurn } from "./run_in_turn.ts";

/** How many run at once. */
export interface Concurrency {
  /** At least 1. */
  readonly concurrency: number;
}

/**
 * Runs `project` for up to `concurrency` items at once, each started in the order of the items, and emits what they emit in that order: the
 * outputs of the first that is under way as they come, those of the others when it is their turn. A slow one holds up the others, but
 * no more than `concurrency - 1` of them are ahead.
 *
 * Holds the items that wait to start (without bound: a source of deliveries bounds itself, others are bounded by `runLimited` before this),
 * and the outputs of those ahead. An error of the source or of a projection is the output's at once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lastValueFrom, map, of, timer, toArray } from "rxjs";
 * import { mapInOrder } from "@tidegate/tidegate/streams";
 *
 * const slowFirst = (ms: number) => timer(ms).pipe(map(() => ms));
 * assertEquals(await lastValueFrom(of(9, 5, 1).pipe(mapInOrder(slowFirst, { concurrency: 3 }), toArray())), [9, 5, 1]);
 * ```
 */
export function mapInOrder<In, Out extends ObservableInput<unknown>>(
  project: (item: In) => Out,
  options: Concurrency,
): OperatorFunction<In, ObservedValueOf<Out>> {
  const start = (item: In) => project(item) as ObservableInput<ObservedValueOf<Out>>;
  if (options.concurrency <= 1) return runInTurn(start, 1);
  return (source) =>
    defer(() => {
      const turns = new Turns<In, ObservedValueOf<Out>>(options.concurrency);
      const run = (turn: Turn<In, ObservedValueOf<Out>>) => {
        // mergeMap completes after its projection was torn down: what starts then finds everything released.
        const running = of(turn.item).pipe(
          mergeMap(start, 1),
          materialize(),
          map((told) => {
            if (told.kind === "E") throw told.error;
            return told.kind === "N" ? turns.emitted(turn, told.value) : turns.ended(turn);
          }),
        );
        // The queue keeps many that end as soon as they start, after a wait, from nesting one within the other.
        return turn.waited ? running.pipe(subscribeOn(queueScheduler)) : running;
      };
      return source.pipe(
        map((item) => turns.arrived(item)),
        // Infinity: Turns bounds what is started.
        expand(({ start }) => start.length === 0 ? EMPTY : merge(...start.map(run)), Infinity),
        concatMap(({ out }) => out),
      );
    });
}

interface Turn<In, Out> {
  readonly item: In;
  /** It did not start as soon as it came. */
  readonly waited: boolean;
  /** What it emitted before its turn. */
  readonly held: Out[];
  ended: boolean;
}

/** What an event makes: outputs whose turn it is, and items to start. */
interface Step<In, Out> {
  readonly out: readonly Out[];
  readonly start: readonly Turn<In, Out>[];
}

const NOTHING: readonly never[] = [];
const NO_STEP = { out: NOTHING, start: NOTHING };

/** Whose turn it is to be emitted, and to be started. */
class Turns<In, Out> {
  readonly #concurrency: number;
  readonly #waiting = new Fifo<In>();
  /** The one whose turn it is, and those ahead. */
  readonly #started = new Fifo<Turn<In, Out>>();

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  arrived(item: In): Step<In, Out> {
    const waited = this.#started.length >= this.#concurrency;
    if (!waited) return { out: NOTHING, start: [this.#begin(item, waited)] };
    this.#waiting.push(item);
    return NO_STEP;
  }

  emitted(turn: Turn<In, Out>, value: Out): Step<In, Out> {
    if (turn === this.#started.at(0)) return { out: [value], start: NOTHING };
    turn.held.push(value);
    return NO_STEP;
  }

  ended(turn: Turn<In, Out>): Step<In, Out> {
    turn.ended = true;
    const out: Out[] = [];
    while (this.#started.at(0)?.ended) {
      this.#started.shift();
      // The held outputs of the next one are due: it has its turn now.
      const next = this.#started.at(0);
      if (next) out.push(...next.held.splice(0));
    }
    const start: Turn<In, Out>[] = [];
    while (this.#started.length < this.#concurrency && this.#waiting.length > 0) {
      start.push(this.#begin(this.#waiting.shift()!, true));
    }
    return { out, start };
  }

  #begin(item: In, waited: boolean): Turn<In, Out> {
    const turn = { item, waited, held: [], ended: false };
    this.#started.push(turn);
    return turn;
  }
}
