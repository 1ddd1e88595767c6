import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Histogram } from "../../bench/measure/histogram.ts";

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

Deno.test("histogram: without values there is no percentile", () => {
  assertEquals(new Histogram().percentile(50), undefined);
});

Deno.test("histogram: small values are exact", () => {
  const histogram = histogramOf(Array.from({ length: 100 }, (_, at) => at + 1));
  assertEquals([50, 90, 99, 99.9, 100].map((percent) => histogram.percentile(percent)), [50, 90, 99, 100, 100]);
});

Deno.test("histogram: a percentile is that of the sorted values, to 1.6% above", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 0x7fffffff }), { minLength: 1, maxLength: 200 }),
    fc.constantFrom(1, 50, 90, 99, 99.9, 100),
    (values, percent) => {
      const exact = values.toSorted((a, b) => a - b)[Math.ceil(values.length * percent / 100) - 1]!;
      const said = histogramOf(values).percentile(percent)!;
      assert(said >= exact && said <= exact + exact / 64, `${said} for ${exact}`);
    },
  ));
});

Deno.test("histogram: values that are too small or too large count at its ends", () => {
  const histogram = histogramOf([-5, 2 ** 40]);
  assertEquals(histogram.percentile(50), 0);
  assertEquals(histogram.percentile(100), 0x7fffffff);
});

Deno.test("histogram: one that went through JSON is added to another", () => {
  const [one, other] = [histogramOf([1, 2, 3_000_000]), histogramOf([70, 800])];
  one.add(JSON.parse(JSON.stringify(other.toPairs())));
  assertEquals(one.total, 5);
  assertEquals(one.toPairs(), histogramOf([1, 2, 3_000_000, 70, 800]).toPairs());
});

Deno.test("histogram: a cleared one is empty", () => {
  const histogram = histogramOf([1, 2]);
  histogram.clear();
  assertEquals([histogram.total, histogram.toPairs()], [0, []]);
});
