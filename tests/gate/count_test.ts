import { assertEquals } from "@std/assert";
import { add, countOf, NOTHING } from "./count.ts";

Deno.test("gate: the last summary of a run is counted", () => {
  const output =
    "a ... ok (1ms)\nok | 1 passed | 0 failed (1ms)\n\nok | 96 passed (3 steps) | 0 failed | 2 ignored (1s)\n\n";
  assertEquals(countOf({ success: true, output }), { passed: 96, failed: 0, ignored: 2 });
});

Deno.test("gate: failed tests are counted", () => {
  const output = "FAILED | 3 passed | 2 failed (1 step) | 4 ignored (1 step) | 1 filtered out (5ms)\n";
  assertEquals(countOf({ success: false, output }), { passed: 3, failed: 2, ignored: 4 });
});

Deno.test("gate: a run that fails without a failed test is a failure", () => {
  assertEquals(countOf({ success: false, output: "ok | 3 passed | 0 failed (5ms)\n" }).failed, 1);
  assertEquals(countOf({ success: false, output: "error: Type checking failed.\n" }), { ...NOTHING, failed: 1 });
});

Deno.test("gate: a run that says nothing is a failure, though it ends well", () => {
  assertEquals(countOf({ success: true, output: "" }), { ...NOTHING, failed: 1 });
});

Deno.test("gate: counts add up", () => {
  const one = { passed: 1, failed: 2, ignored: 3 };
  assertEquals(add(one, add(one, NOTHING)), { passed: 2, failed: 4, ignored: 6 });
});
