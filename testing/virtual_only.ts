import { animationFrameScheduler, asapScheduler, asyncScheduler, queueScheduler, type SchedulerLike } from "rxjs";

/** A test in virtual time used a real timer, or a promise. */
export class RealTimeUsed extends Error {
  /** Tells it from other errors. */
  override readonly name = "RealTimeUsed";
}

const TIMER_HINT = "take the scheduler that the pipeline is given, as in delay(100, scheduler)";
const PROMISE_HINT =
  "it settles in real time: give the test an observable in its place, such as of(value).pipe(delay(100, scheduler))";

/** What brings real time, by the name that a message has for it. */
const TIMERS = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "requestAnimationFrame"];
const SCHEDULERS: Readonly<Record<string, SchedulerLike>> = {
  "asyncScheduler, which operators of time take where they are given none,": asyncScheduler,
  asapScheduler,
  animationFrameScheduler,
};

/**
 * A test, as the body of a `Deno.test`, that fails where what it runs uses a real timer or a promise: such a pipeline waits for nobody
 * in virtual time, and does something else in a test than in the gateway.
 *
 * Found are the timers of the platform, RxJS' own schedulers (an operator of time that is given none takes `asyncScheduler`, also
 * in a marble test), and promises that something waits for. It fails also where the pipeline, or the gateway around it, caught the error.
 * The test itself is synchronous. What it replaces meanwhile is put back when it ends.
 *
 * @throws {RealTimeUsed} from the returned function, with what was used and what to use; its cause is what the test threw, if it did
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { type Inbound } from "@tidegate/tidegate";
 * import { RealTimeUsed, testGateway, virtualOnly } from "@tidegate/tidegate/testing";
 * import { delay, of } from "rxjs";
 *
 * const good: Inbound = (publish, { scheduler }) => of(publish).pipe(delay(100, scheduler));
 * const bad: Inbound = (publish) => of(publish).pipe(delay(100));
 *
 * const test = (inbound: Inbound) =>
 *   virtualOnly(() => {
 *     using gateway = testGateway({ routes: [{ channel: "chat:{room}", topic: "chat", pipeline: { inbound } }] });
 *     gateway.connect("ann").publish("chat:lobby", "hi");
 *     gateway.clock.advance(100);
 *     assertEquals(gateway.records("chat").length, 1);
 *   });
 *
 * test(good)();
 * assertThrows(test(bad), RealTimeUsed, "asyncScheduler");
 * ```
 */
export function virtualOnly(test: () => void): () => void {
  return () => {
    const found: RealTimeUsed[] = [];
    let thrown: { readonly error: unknown } | undefined;
    const restore = guard((what, hint) => {
      const error = new RealTimeUsed(`Cannot use ${what} in a test in virtual time: ${hint}`);
      found.push(error);
      throw error;
    });
    let result: unknown;
    try {
      result = test();
    } catch (error) {
      thrown = { error };
    } finally {
      restore();
    }
    const [first] = found;
    if (first && thrown && thrown.error !== first) first.cause = thrown.error;
    if (first) throw first;
    if (thrown) throw thrown.error;
    if (!(result instanceof Promise)) return;
    result.catch(() => {});
    throw new RealTimeUsed("Cannot wait for a test in virtual time: it is to be a function that is not async");
  };
}

/** Puts what tells of its use in the place of all that brings real time; says how to put that back. */
function guard(use: (what: string, hint: string) => never): () => void {
  const global = globalThis as unknown as Record<string, unknown>;
  const put = [
    ...TIMERS.filter((name) => name in global).map((name) => replace(global, name, () => use(name, TIMER_HINT))),
    ...Object.entries(SCHEDULERS).map(([name, scheduler]) =>
      replace(scheduler, "schedule", () => use(name, TIMER_HINT))
    ),
    replace(queueScheduler, "schedule", (...given: Parameters<SchedulerLike["schedule"]>) => {
      const [work, delay = 0, state] = given;
      if (delay > 0) use("queueScheduler with a delay", TIMER_HINT);
      return schedule.call(queueScheduler, work, delay, state);
    }),
    replace(Promise.prototype, "then", () => use("a promise", PROMISE_HINT)),
  ];
  return () => put.forEach((back) => back());
}

const { schedule } = queueScheduler;

/** Gives an object another value for a key; says how to put back what was there. */
function replace(object: object, key: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(object, key);
  Object.defineProperty(object, key, { value, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(object, key, before);
    else Reflect.deleteProperty(object, key);
  };
}
