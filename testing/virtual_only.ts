import { inVirtualTime, RealTimeUsed } from "./real_time_guard.ts";

/**
 * A test, as the body of a `Deno.test`, that fails where what it runs uses a real timer or a promise: such a pipeline waits for nobody
 * in virtual time, and does something else in a test than in the gateway.
 *
 * Found are the timers of the platform, RxJS' own schedulers (an operator of time that is given none takes `asyncScheduler`, also
 * in a marble test), and promises that something waits for. It fails also where the pipeline, or the gateway around it, caught the error.
 * What an `async` function does after its first `await` is not seen where nobody waits for it. The test itself is synchronous. What it
 * replaces meanwhile is put back when it ends.
 *
 * `testGateway`, `VirtualClock.advance` and `runMarbles` guard what they run in this way by themselves, but for RxJS' own schedulers
 * in a marble test, which are in virtual time there.
 *
 * @throws {RealTimeUsed} from the returned function, with what was used and what to use; its cause is what the test threw, if it did
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { RealTimeUsed, VirtualClock, virtualOnly } from "@tidegate/tidegate/testing";
 * import { delay, of, type SchedulerLike } from "rxjs";
 *
 * const late = (scheduler?: SchedulerLike) => of("hi").pipe(delay(100, scheduler));
 *
 * const good = virtualOnly(() => {
 *   const clock = new VirtualClock();
 *   const told: string[] = [];
 *   late(clock.scheduler).subscribe((word) => told.push(word));
 *   clock.advance(100);
 *   assertEquals(told, ["hi"]);
 * });
 * good(); // Deno.test("it is late", virtualOnly(() => { ... }));
 *
 * assertThrows(virtualOnly(() => late().subscribe()), RealTimeUsed, "asyncScheduler");
 * ```
 */
export function virtualOnly(test: () => void): () => void {
  return () => {
    const result: unknown = inVirtualTime(test);
    if (!(result instanceof Promise)) return;
    result.catch(() => {});
    throw new RealTimeUsed("Cannot wait for a test in virtual time: it is to be a function that is not async");
  };
}
