import { animationFrameScheduler, asapScheduler, asyncScheduler } from "rxjs";

/** What is being run in virtual time now, and what of the real one it has used first. */
let running: { used: Error | undefined } | undefined;

/** A property that is another one while something runs in virtual time. */
interface Trap {
  readonly on: object;
  readonly name: string;
  /** What it is then; `name` is what the message calls it. */
  readonly value: unknown;
}

const TIMERS = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"];
const SCHEDULERS = { asyncScheduler, asapScheduler, animationFrameScheduler };

const GLOBALS: readonly Trap[] = [
  ...TIMERS.filter((name) => name in globalThis).map((name) => ({ on: globalThis, name, value: refusing(name) })),
  {
    on: globalThis,
    name: "Promise",
    value: new Proxy(Promise, { construct: refusing("Promise") }),
  },
  // Also of a promise that an `async` function made: RxJS listens to it by this.
  { on: Promise.prototype, name: "then", value: refusing("Promise.then") },
];

/** In a marble test RxJS itself keeps its schedulers in virtual time. */
const ALL: readonly Trap[] = [
  ...GLOBALS,
  ...Object.entries(SCHEDULERS).map(([name, on]) => ({ on, name: "schedule", value: refusing(name) })),
];

/**
 * Runs something that is to use virtual time alone, at once, and gives back what it returns. Whoever uses a real timer or a promise
 * meanwhile - `setTimeout`, an operator of time without a scheduler, an `async` projection - does not get it, and this throws in the
 * end, whatever became of that error in the pipeline.
 *
 * `testGateway`, `runMarbles` and `VirtualClock.advance` do this by themselves. What an `async` function that nobody listens to does after its
 * first `await` is not seen.
 *
 * @throws {Error} where real time was used; the message says what, the stack says where
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { inVirtualTime } from "@tidegate/tidegate/testing";
 * import { delay, mergeMap, of } from "rxjs";
 *
 * assertThrows(() => inVirtualTime(() => of(1).pipe(delay(10)).subscribe()), Error, "asyncScheduler");
 * assertThrows(() => inVirtualTime(() => of(1).pipe(mergeMap(async (n) => await n, 1)).subscribe()), Error, "Promise");
 * ```
 */
export function inVirtualTime<T>(run: () => T): T {
  return guarded(ALL, run);
}

/** As {@linkcode inVirtualTime}, where RxJS' own schedulers are in virtual time. */
export function inMarbleTime<T>(run: () => T): T {
  return guarded(GLOBALS, run);
}

function guarded<T>(traps: readonly Trap[], run: () => T): T {
  if (running) return run();
  const real = traps.map(({ on, name }) => Object.getOwnPropertyDescriptor(on, name));
  const guard: { used: Error | undefined } = { used: undefined };
  running = guard;
  for (const { on, name, value } of traps) {
    Object.defineProperty(on, name, { value, configurable: true, writable: true });
  }
  let result: T;
  try {
    result = run();
  } catch (error) {
    throw guard.used ?? error;
  } finally {
    running = undefined;
    traps.forEach(({ on, name }, at) => {
      // A scheduler has its method from its class.
      if (real[at]) Object.defineProperty(on, name, real[at]);
      else Reflect.deleteProperty(on, name);
    });
  }
  // What a pipeline made of the error is beside the point.
  if (guard.used) throw guard.used;
  return result;
}

/** A function that is called in the place of something real: remembers the first use, and throws. */
function refusing(name: string): () => never {
  return () => {
    const { stackTraceLimit } = Error;
    // RxJS stands between the pipeline and what it uses.
    Error.stackTraceLimit = 100;
    const error = new Error(
      `Cannot use ${name} in a test in virtual time: give operators of time the pipeline's scheduler, and observables in the place of promises`,
    );
    Error.stackTraceLimit = stackTraceLimit;
    if (running) running.used ??= error;
    throw error;
  };
}
