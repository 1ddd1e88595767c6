import { assertEquals } from "@std/assert";
import { channelsOf, type CrowdPlan } from "../../bench/load/crowd_plan.ts";
import { Histogram } from "../../bench/measure/histogram.ts";
import { totalByName } from "../../bench/run/counts.ts";
import { latenciesOf } from "../../bench/run/latencies.ts";
import { isHarnessBound } from "../../bench/run/measured.ts";
import { shares } from "../../bench/run/stage.ts";
import { measured } from "./measured.ts";

Deno.test("bench run: clients are shared out to processes, none twice and none left out", () => {
  assertEquals(shares(5, 2), [{ first: 0, count: 2 }, { first: 2, count: 3 }]);
  assertEquals(shares(0, 2), [{ first: 0, count: 0 }, { first: 0, count: 0 }]);
});

Deno.test("bench run: every channel has as many subscribers as any other", () => {
  const counts = new Map<number, number>();
  const plan = { channels: 1_000, channelsEach: 20 } as CrowdPlan;
  for (let client = 0; client < 500; client++) {
    for (const channel of channelsOf(plan, client)) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  }
  assertEquals([counts.size, new Set(counts.values())], [1_000, new Set([10])]);
});

Deno.test("bench run: percentiles are those of all processes together, in milliseconds", () => {
  const [one, other] = [new Histogram(), new Histogram()];
  for (let ms = 1; ms <= 50; ms++) one.record(ms);
  for (let ms = 51; ms <= 100; ms++) other.record(ms);
  assertEquals(latenciesOf([one.toPairs(), other.toPairs()]), { p50: 0.05, p90: 0.09, p99: 0.099, p999: 0.1 });
  assertEquals(latenciesOf([[], []]), undefined);
});

Deno.test("bench run: reasons are counted over all processes", () => {
  assertEquals(totalByName([{ gone: 1 }, { gone: 2, slow: 1 }, {}]), { gone: 3, slow: 1 });
});

Deno.test("bench run: a busy or late load process is said to be the limit", () => {
  const { harness } = measured({});
  assertEquals(isHarnessBound(harness), false);
  assertEquals(isHarnessBound({ ...harness, loadCores: [0.1, 0.9] }), true);
  assertEquals(isHarnessBound({ ...harness, lagMs: 51 }), true);
});
