import { assert, assertEquals } from "@std/assert";
import { barChart } from "../../bench/report/bar_chart.ts";
import { plotOf } from "../../bench/report/plot.ts";
import { measured } from "./measured.ts";

/** The widths of the bars of a picture, in their order; its background and legend left out. */
function widths(svg: string): number[] {
  return [...svg.matchAll(/<rect x="150" y="\d+" width="([\d.]+)" height="12" fill/g)].slice(1).map(([, width]) =>
    Number(width)
  );
}

const one = (value: number) => ({ median: value, min: value, max: value });

Deno.test("bench plot: a bar is the longer the larger its value, each doubling by as much", () => {
  const bars = [1, 2, 4, 8].map((value) => ({ series: "a", spread: one(value) }));
  const [first, ...others] = widths(barChart([{ title: "t", groups: [{ label: "g", bars }] }]));
  assertEquals(others.map((width) => Math.round(width / first!)), [2, 3, 4]);
});

Deno.test("bench plot: names cannot break the picture", () => {
  const svg = barChart([{ title: "a < b & c", groups: [{ label: '"', bars: [{ series: "<s>", spread: one(1) }] }] }]);
  assert(svg.includes("a &lt; b &amp; c") && svg.includes("&quot;") && svg.includes("&lt;s&gt;"));
});

Deno.test("bench plot: a run has a bar in each panel that is about it, and in no other", () => {
  const titles = (svg: string) => [...svg.matchAll(/font-weight="600">([^<,(]+)/g)].map(([, title]) => title!.trim());
  assertEquals(titles(plotOf([measured({})])), ["CPU a delivery or publish", "p50 of latency", "p99 of latency"]);
  const { latencies: _, ...idle } = measured({ scenario: "idle", operations: 0 });
  assertEquals(titles(plotOf([idle])), ["Memory of an idle connection"]);
});
