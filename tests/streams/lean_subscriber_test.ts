import { assertEquals, assertThrows } from "@std/assert";
import { finalize, NEVER, Observable, Subject, UnsubscriptionError } from "rxjs";
import { LeanSubscriber } from "../../streams/lean_subscriber.ts";

class Listener extends LeanSubscriber<number> {
  readonly got: number[] = [];

  protected override _next(value: number): void {
    this.got.push(value);
  }
}

Deno.test("lean subscriber: it leaves its source once, when it is unsubscribed or the source ends", () => {
  for (const end of ["unsubscribe", "complete"] as const) {
    const [told, source, listener] = [[] as string[], new Subject<number>(), new Listener()];
    source.pipe(finalize(() => told.push("left"))).subscribe(listener);
    source.next(1);
    if (end === "complete") source.complete();
    listener.unsubscribe();
    listener.unsubscribe();
    source.next(2);
    assertEquals([told, listener.got, source.observed], [["left"], [1], false]);
  }
});

Deno.test("lean subscriber: all that was added is freed, and what is added later at once", () => {
  const told: string[] = [];
  const listener = new Listener();
  NEVER.subscribe(listener);
  for (const name of ["a", "b", "c"]) listener.add(() => told.push(name));
  listener.add(listener);
  listener.unsubscribe();
  listener.add(() => told.push("late"));
  assertEquals(told.toSorted(), ["a", "b", "c", "late"]);
});

Deno.test("lean subscriber: where one thing cannot be freed the others are, and it is told", () => {
  const told: string[] = [];
  const listener = new Listener();
  new Observable<number>(() => () => {
    throw new TypeError("it is stuck");
  }).subscribe(listener);
  listener.add(() => told.push("other"));
  assertThrows(() => listener.unsubscribe(), UnsubscriptionError, "it is stuck");
  assertEquals(told, ["other"]);
});
