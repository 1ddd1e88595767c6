import { assert, assertEquals } from "@std/assert";
import type { UserId } from "../../domain/channel.ts";
import { ConnectionRates, type Cost, RateLimits, type RateSettings } from "../../domain/rate_limits.ts";

const settings: RateSettings = {
  requests: 10,
  publishes: 5,
  subscribes: 2,
  userRequests: 15,
  userPublishes: 8,
  burstSeconds: 1,
};
const ann = "ann" as UserId;
const bob = "bob" as UserId;

/** How many requests pass at one moment, of so many. */
function passing(limits: RateLimits, cost: Cost, of: { user: UserId; now?: number; tries?: number }): number {
  const { user, now = 0, tries = 100 } = of;
  const connection = new ConnectionRates();
  return Array.from({ length: tries }).filter(() => limits.take(connection, { payer: user, cost, now }) === 0).length;
}

Deno.test("rates: each kind of request of a connection has its own", () => {
  assertEquals(passing(new RateLimits(settings), "nothing", { user: ann }), 10);
  assertEquals(passing(new RateLimits(settings), "publish", { user: ann }), 5);
  assertEquals(passing(new RateLimits(settings), "subscribe", { user: ann }), 2);
});

Deno.test("rates: a user's connections share the user's, and other users have theirs", () => {
  const limits = new RateLimits(settings);
  assertEquals(passing(limits, "nothing", { user: ann }), 10);
  assertEquals(passing(limits, "nothing", { user: ann }), 5);
  assertEquals(passing(limits, "nothing", { user: ann }), 0);
  assertEquals(passing(limits, "publish", { user: bob }), 5);
  assertEquals(passing(limits, "publish", { user: bob }), 3);
});

Deno.test("rates: a request that is refused takes nothing", () => {
  const limits = new RateLimits(settings);
  const connection = new ConnectionRates();
  const ask = (cost: Cost) => limits.take(connection, { payer: ann, cost, now: 0 });
  for (let at = 0; at < 50; at++) ask("subscribe");
  assertEquals(Array.from({ length: 20 }).filter(() => ask("nothing") === 0).length, 8);
});

Deno.test("rates: users who come and go are forgotten, but not what they used", () => {
  const limits = new RateLimits(settings);
  for (let at = 0; at < 10_000; at++) {
    passing(limits, "nothing", { user: `user ${at}` as UserId, now: at * 10, tries: 1 });
    assert(limits.size < 120, `${limits.size} users`);
  }
  const busy = new RateLimits(settings);
  assertEquals(passing(busy, "nothing", { user: ann }) + passing(busy, "nothing", { user: ann }), 15);
  for (let at = 0; at < 100; at++) passing(busy, "nothing", { user: `user ${at}` as UserId, tries: 1 });
  assertEquals(passing(busy, "nothing", { user: ann }), 0);
});

Deno.test("rates: a connection that was refused too often at once is told so", () => {
  const limits = new RateLimits(settings);
  const connection = new ConnectionRates();
  assertEquals(Array.from({ length: 3_000 }).filter(() => limits.refuse(connection, 0)).length, 2_048);
  assert(!limits.refuse(connection, 1));
});
