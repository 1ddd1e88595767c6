import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { VirtualTimeScheduler } from "rxjs";
import { exposition, Histogram, loopDelay, single } from "../../../adapters/telemetry/mod.ts";
import { holds } from "../../holds.ts";

Deno.test("exposition: counters, gauges with labels and histograms are what Prometheus reads", () => {
  const histogram = new Histogram([0.1, 1]);
  for (const seconds of [0.05, 0.1, 0.5, 30, -4]) histogram.observe(seconds);
  const text = exposition([
    single("counter", { name: "a_total", help: "How many\\of\nthem" }, 3),
    {
      type: "gauge",
      name: "b",
      help: "By topic",
      samples: [{ labels: { topic: 'chat "1"\n\\', node: "one" }, value: 1.5 }, { value: NaN }],
    },
    { type: "histogram", name: "c_seconds", help: "How long", histogram },
  ]);
  assertEquals(
    text,
    `# HELP a_total How many\\\\of\\nthem
# TYPE a_total counter
a_total 3
# HELP b By topic
# TYPE b gauge
b{topic="chat \\"1\\"\\n\\\\",node="one"} 1.5
b NaN
# HELP c_seconds How long
# TYPE c_seconds histogram
c_seconds_bucket{le="0.1"} 3
c_seconds_bucket{le="1"} 4
c_seconds_bucket{le="+Inf"} 5
c_seconds_sum 30.65
c_seconds_count 5
`,
  );
});

Deno.test("histogram: each bucket counts what is at most its bound, and the sum is theirs", () => {
  holds(fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (values) => {
    const histogram = new Histogram();
    for (const value of values) histogram.observe(value);
    const expected = [...histogram.bounds, Infinity].map((bound) => values.filter((value) => value <= bound).length);
    assertEquals(histogram.cumulative(), expected);
    assertEquals(histogram.count, values.length);
    assertClose(histogram.sum, values.reduce((sum, value) => sum + value, 0));
  }));
});

Deno.test("loop delay: a loop that was blocked counts for as long as it was, not as one late look", () => {
  const scheduler = new VirtualTimeScheduler();
  let blockedMs = 0;
  const delay = loopDelay(scheduler, () => scheduler.frame + blockedMs);
  const run = (ms: number) => {
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
  };
  run(200);
  assertEquals([delay.histogram.count, delay.histogram.sum], [10, 0]);
  blockedMs += 100;
  run(20);
  // Looks that were due 100, 80, 60, 40 and 20 ms before they could be.
  assertEquals(delay.histogram.count, 15);
  assertClose(delay.histogram.sum, 0.3);
  delay.stop();
  run(200);
  assertEquals(delay.histogram.count, 15);
});

/** Sums of floating-point numbers depend on their order. */
function assertClose(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}
