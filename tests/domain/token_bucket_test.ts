import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TokenBucket } from "../../domain/token_bucket.ts";
import { holds } from "../holds.ts";

Deno.test("token bucket: a full one gives its burst at once, then what its rate brings", () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, 0);
  assertEquals([0, 0, 0, 0].map((now) => bucket.take(now)), [true, true, true, false]);
  assertEquals(bucket.wait(100), 150);
  assertEquals([250, 250, 250].map((now) => bucket.take(now)), [true, true, false]);
});

Deno.test("token bucket: a refusal closes it for as long as it says, so that what follows does not overtake", () => {
  const bucket = new TokenBucket({ perSecond: 1_000, burst: 1 }, 0);
  assert(bucket.take(0));
  const wait = bucket.wait(0);
  assertEquals([wait, bucket.wait(wait - 1), bucket.wait(wait)], [250, 1, 0]);
  const slow = new TokenBucket({ perSecond: 0.1, burst: 1 }, 0);
  assert(slow.take(0));
  assertEquals([slow.wait(0), slow.wait(10_000)], [10_000, 0]);
});

Deno.test("token bucket: a clock that is set back keeps nothing closed for ever, and fills nothing", () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 2 }, 1_000_000);
  assert(bucket.take(1_000_000) && bucket.take(1_000_000) && !bucket.take(1_000_000));
  assert(!bucket.take(0));
  assert(bucket.take(1_000));
});

Deno.test("token bucket: in no time does it give more than its burst and its rate, and whoever waits gets one", () => {
  const rate = fc.record({ perSecond: fc.integer({ min: 1, max: 500 }), burst: fc.integer({ min: 1, max: 50 }) });
  holds(fc.property(rate, fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (rate, steps) => {
    const bucket = new TokenBucket(rate, 0);
    let now = 0;
    const taken: number[] = [];
    for (const step of steps) {
      now += step;
      const wait = bucket.wait(now);
      if (wait > 0) assertEquals(bucket.wait(now + wait - 1) > 0, true);
      else bucket.spend();
      if (wait === 0) taken.push(now);
      else now += wait - 1;
    }
    for (const [first, from] of taken.entries()) {
      for (let last = first; last < taken.length; last++) {
        const most = rate.burst + (taken[last]! - from) / 1000 * rate.perSecond + 1e-6;
        assert(last - first + 1 <= most, `${last - first + 1} in ${taken[last]! - from} ms`);
      }
    }
    assertEquals(bucket.wait(now + bucket.wait(now)), 0);
  }));
});

Deno.test("token bucket: asking whether it is full changes nothing", () => {
  const bucket = new TokenBucket({ perSecond: 10, burst: 1 }, 0);
  assert(bucket.isFull(0));
  assert(bucket.take(0));
  assert(!bucket.isFull(0));
  assert(bucket.take(100));
});
