/** What the requests of one address may cost together. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_SETTINGS } from "../../../domain/settings.ts";
import { HttpBench } from "./http_bench.ts";

const from = (remoteAddress: string) => ({ peer: { remoteAddress } });
const rates = { ...DEFAULT_SETTINGS.rates, userPublishes: 5, userRequests: 8, burstSeconds: 1 };
const post = { method: "POST", body: "1", headers: { "content-type": "application/json" } };

/** How many of some publishes at one moment are answered with each status. */
async function publishes(bench: HttpBench, count: number, init: Parameters<HttpBench["ask"]>[1]) {
  const asked = Array.from({ length: count }, () => bench.ask("/publish?channel=chat:a", { ...post, ...init }));
  await bench.settle();
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  return Object.fromEntries(
    Object.entries(Object.groupBy(statuses, String)).map(([status, of]) => [status, of!.length]),
  );
}

Deno.test("anonymous users of an address share its rate, however many of them there are, and nobody else's", async () => {
  await using bench = new HttpBench({ settings: { rates } });
  assertEquals(await publishes(bench, 12, from("192.0.2.1")), { 200: 5, 429: 7 });
  // An IPv6 client has its whole /64.
  assertEquals(await publishes(bench, 3, from("2001:db8::1")), { 200: 3 });
  assertEquals(await publishes(bench, 3, from("2001:db8::2")), { 200: 2, 429: 1 });
  assertEquals(await publishes(bench, 12, from("192.0.2.2")), { 200: 5, 429: 7 });
  // Who is somebody has a rate of its own, wherever it comes from.
  assertEquals(await publishes(bench, 12, { ...from("192.0.2.1"), user: "ann" }), { 200: 5, 429: 7 });
  const refused = await bench.answer("/publish?channel=chat:a", { ...post, ...from("192.0.2.1") });
  assertEquals((await refused.json()).error.code, "rate_limited");
  await bench.settle(2_000);
  assertEquals(await publishes(bench, 6, from("192.0.2.1")), { 200: 5, 429: 1 });
});

Deno.test("an anonymous user that comes again with what restores it has no second rate beside its address's", async () => {
  await using bench = new HttpBench({ settings: { rates } });
  const headers = { ...post.headers, "tidegate-resume": "ann" };
  assertEquals(await publishes(bench, 4, { ...from("192.0.2.1"), headers }), { 200: 4 });
  assertEquals(await publishes(bench, 4, from("192.0.2.1")), { 200: 1, 429: 3 });
});

Deno.test("anonymous streams of events are held to the rate of their address", async () => {
  await using bench = new HttpBench({ settings: { rates } });
  const asked = Array.from({ length: 10 }, () => bench.ask("/events?channel=chat:a", from("192.0.2.1")));
  await bench.settle();
  const answers = await Promise.all(asked);
  assertEquals(answers.filter(({ status }) => status === 200).length, 8);
  for (const { body } of answers) await body!.cancel();
});

Deno.test("an address over its limit of requests is answered 429, whoever its user is, and one that ends makes room", async () => {
  await using bench = new HttpBench({ limits: { connectionsPerAddress: 2 } });
  const [first] = [
    await bench.listen("/events?channel=chat:a", from("192.0.2.1")),
    await bench.listen("/events?channel=chat:a", { ...from("192.0.2.1"), user: "eve" }),
  ];
  const init = { ...post, ...from("192.0.2.1"), user: "ann" };
  const refused = await bench.answer("/publish?channel=chat:a", init);
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "5"]);
  assertStringIncludes((await refused.json()).error.message, "its address has 2 of them open");
  assertEquals(bench.telemetry.counted("connections_refused_address"), 1);
  assertEquals(await publishes(bench, 1, from("192.0.2.2")), { 200: 1 });
  await first.leave();
  // Publishes and refused requests leave at once, and so does one that was wrong.
  for (let at = 0; at < 5; at++) {
    assertEquals((await bench.answer("/publish?channel=chat:a", init)).status, 200);
    assertEquals((await bench.answer("/publish?channel=chat:a", { ...init, body: "x".repeat(70_000) })).status, 413);
    assertEquals((await bench.answer("/publish?channel=nowhere", init)).status, 404);
  }
});
