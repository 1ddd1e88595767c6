import { assert, assertEquals, assertMatch } from "@std/assert";
import { seededRandom } from "../../testing/mod.ts";

Deno.test("seeded random: ids are UUIDs of version 4, and none comes twice", () => {
  const random = seededRandom(1);
  const ids = Array.from({ length: 10_000 }, () => random.uuid());
  for (const id of ids) assertMatch(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("seeded random: fractions are spread evenly from 0 to 1, which is left out", () => {
  const random = seededRandom(2);
  const tenths = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 100_000; draw++) {
    const fraction = random.fraction();
    assert(fraction >= 0 && fraction < 1);
    tenths[Math.floor(fraction * 10)]!++;
  }
  for (const count of tenths) assert(Math.abs(count - 10_000) < 500, String(tenths));
});

Deno.test("seeded random: a seed gives the same row every time, and another seed another", () => {
  const row = (seed: number) => {
    const random = seededRandom(seed);
    return [random.uuid(), random.fraction(), random.uuid()];
  };
  assertEquals(row(3), row(3));
  assert(row(3)[1] !== row(4)[1]);
});
