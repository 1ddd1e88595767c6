import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Expiries } from "../../domain/expiries.ts";

Deno.test("what ends is taken out once, after its time and within a tenth of a second of it", () => {
  const expiries = new Expiries<string>(1_000);
  expiries.set("a", 1_250);
  assertEquals(expiries.takeDue(1_249), []);
  assertEquals(expiries.takeDue(1_350), ["a"]);
  assertEquals(expiries.takeDue(9_999), []);
});

Deno.test("what was over when it was added ends at the next look, and what never ends is not kept", () => {
  const expiries = new Expiries<string>(5_000);
  expiries.set("late", 10);
  expiries.set("never", undefined);
  assertEquals([expiries.size, expiries.takeDue(5_100)], [1, ["late"]]);
});

Deno.test("what is added again ends at the later said time alone", () => {
  const expiries = new Expiries<string>(0);
  expiries.set("a", 500);
  expiries.set("a", 2_000);
  expiries.set("b", 500);
  expiries.set("b", undefined);
  assertEquals(expiries.takeDue(1_000), []);
  assertEquals(expiries.takeDue(2_000), ["a"]);
  assertEquals(expiries.size, 0);
});

Deno.test("a clock that is set back keeps nothing for longer than the new time says", () => {
  const expiries = new Expiries<string>(0);
  expiries.takeDue(3_600_000);
  expiries.takeDue(1_000);
  expiries.set("a", 1_500);
  assertEquals(expiries.takeDue(1_600), ["a"]);
});

Deno.test("against a list: nothing ends early, twice, or later than a tenth of a second after the next look", () => {
  const step = fc.record({
    thing: fc.nat(5),
    inMs: fc.option(fc.integer({ min: -500, max: 20_000 })),
    pass: fc.nat(9_000),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    let now = 1_000_000;
    const expiries = new Expiries<number>(now);
    const due = new Map<number, number>();
    for (const { thing, inMs, pass } of steps) {
      expiries.set(thing, inMs === null ? undefined : now + inMs);
      if (inMs === null) due.delete(thing);
      else due.set(thing, now + inMs);
      now += pass;
      for (const ended of expiries.takeDue(now)) {
        assert(due.get(ended)! <= now, "ended early, or twice");
        due.delete(ended);
      }
      for (const at of due.values()) assert(at > now - 100 || pass < 100, "still there");
    }
    assertEquals(expiries.size, due.size);
  }));
});
