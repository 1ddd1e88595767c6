import { animationFrameScheduler, asapScheduler, asyncScheduler, queueScheduler, type SchedulerLike } from "rxjs";

/** A test in virtual time used a real timer, or a promise. */
export class RealTimeUsed extends Error {
  /** Tells it from other errors. */
  override readonly name = "RealTimeUsed";
}

const TIMER_HINT = "take the scheduler that the pipeline is given, as in delay(100, scheduler)";
const PROMISE_HINT =
  "it settles in real time: give the test an observable in its place, such as of(value).pipe(delay(100, scheduler))";

/** A property that brings real time, and what it is while something runs in virtual time. */
interface Trap {
  readonly on: object;
  readonly key: string;
  readonly value: unknown;
}

const TIMERS = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "requestAnimationFrame"];
const SCHEDULERS: Readonly<Record<string, SchedulerLike>> = {
  "asyncScheduler, which operators of time take where they are given none,": asyncScheduler,
  asapScheduler,
  animationFrameScheduler,
};

/** What brings real time, but for RxJS: in a marble test that has its own schedulers in virtual time. */
const PLATFORM: readonly Trap[] = [
  ...TIMERS.filter((key) => key in globalThis).map((key) => ({ on: globalThis, key, value: refuse(key, TIMER_HINT) })),
  { on: globalThis, key: "Promise", value: new Proxy(Promise, { construct: refuse("a promise", PROMISE_HINT) }) },
  // Also of a promise that an `async` function made: RxJS, and whoever else waits for it, calls this.
  { on: Promise.prototype, key: "then", value: refuse("a promise", PROMISE_HINT) },
];

const { schedule } = queueScheduler;

const RXJS: readonly Trap[] = [
  ...Object.entries(SCHEDULERS).map(([name, on]) => ({ on, key: "schedule", value: refuse(name, TIMER_HINT) })),
  {
    on: queueScheduler,
    key: "schedule",
    value(...[work, delay = 0, state]: Parameters<SchedulerLike["schedule"]>) {
      if (delay > 0) refuse("queueScheduler with a delay", TIMER_HINT)();
      return schedule.call(queueScheduler, work, delay, state);
    },
  },
];

/** The first use of real time by what runs in virtual time now. */
let guard: { used: RealTimeUsed | undefined } | undefined;

/** What is run in virtual time. */
export interface Guarded {
  /** Whether RxJS' own schedulers are in virtual time already, as in a marble test. */
  readonly marbles?: boolean;
}

/**
 * Runs something that is to use virtual time alone, and gives back what it returns. Whoever asks for real time meanwhile does not get
 * it, and this throws in the end, whatever became of that error in the pipeline. One in another counts as the outer one.
 *
 * @throws {RealTimeUsed} where real time was used: its stack says where, its cause is what `run` threw besides
 */
export function inVirtualTime<T>(run: () => T, { marbles = false }: Guarded = {}): T {
  if (guard) return run();
  const own: { used: RealTimeUsed | undefined } = { used: undefined };
  const restore = put(marbles ? PLATFORM : [...PLATFORM, ...RXJS]);
  guard = own;
  let result: T;
  try {
    result = run();
  } catch (error) {
    if (own.used && error !== own.used) own.used.cause = error;
    throw own.used ?? error;
  } finally {
    guard = undefined;
    restore();
  }
  if (own.used) throw own.used;
  return result;
}

/** Gives properties their values; says how to put back what was there. */
function put(traps: readonly Trap[]): () => void {
  const before = traps.map(({ on, key }) => Object.getOwnPropertyDescriptor(on, key));
  for (const { on, key, value } of traps) Object.defineProperty(on, key, { value, configurable: true, writable: true });
  return () =>
    traps.forEach(({ on, key }, at) => {
      // A scheduler has its method from its class.
      if (before[at]) Object.defineProperty(on, key, before[at]);
      else Reflect.deleteProperty(on, key);
    });
}

/** What is called in the place of something that brings real time. */
function refuse(what: string, hint: string): () => never {
  return () => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = Infinity;
    const error = new RealTimeUsed(`Cannot use ${what} in a test in virtual time: ${hint}`);
    Error.stackTraceLimit = stackTraceLimit;
    error.stack = withoutRxjs(error.stack);
    if (guard) guard.used ??= error;
    throw error;
  };
}

/** RxJS has a hundred frames between a pipeline and what it uses. */
function withoutRxjs(stack = ""): string {
  return stack.split("\n").filter((line) => !/^ *at .*[/\\]rxjs[/\\]/.test(line)).join("\n");
}
