import { assertEquals } from "@std/assert";
import { testGateway } from "@tidegate/tidegate/testing";
import * as pipeline from "../../examples/ticker.ts";
import { JsonClient } from "../e2e/json_client.ts";
import { startExample } from "./example_process.ts";

function ticker() {
  return testGateway({ routes: [{ channel: "prices:{symbol}", topic: "prices", pipeline }] });
}

Deno.test("example ticker: the first price comes at once, then the latest of each second", () => {
  using gateway = ticker();
  const gold = gateway.subscriber("ann", "prices:gold");
  const feed = gateway.connect("feed");
  for (let price = 1; price <= 1_000; price++) feed.publish("prices:gold", price);
  assertEquals(gold.payloads, [1]);
  gateway.clock.advance(999);
  assertEquals(gold.payloads, [1]);
  gateway.clock.advance(1);
  assertEquals(gold.payloads, [1, 1_000]);
  gateway.clock.advance(60_000);
  assertEquals(gold.payloads, [1, 1_000]);
});

Deno.test("example ticker: a busy symbol holds up no other", () => {
  using gateway = ticker();
  const tin = gateway.subscriber("ann", "prices:tin");
  const feed = gateway.connect("feed");
  for (let price = 1; price <= 100; price++) feed.publish("prices:gold", price);
  feed.publish("prices:tin", 7);
  assertEquals(tin.payloads, [7]);
});

Deno.test("example ticker: a thousand prices in the log become few for a subscriber, and the last one is among them", async () => {
  await using example = await startExample("ticker", { HTTP_PORT: "0" });
  const [, url] = await example.line(/"Listening","url":"(ws:[^"]+)"/);
  await using ann = await JsonClient.open(url!);
  await using feed = await JsonClient.open(url!);
  await ann.request({ subscribe: { channel: "prices:gold" } });
  const answers = Array.from(
    { length: 1_000 },
    (_, at) => feed.request({ publish: { channel: "prices:gold", payload: at } }),
  );
  assertEquals((await Promise.all(answers)).filter(({ published }) => published).length, 1_000);
  await ann.until(() => ann.publications.get("prices:gold")?.at(-1)?.payload === 999);
  const shown = ann.publications.get("prices:gold")!.length;
  assertEquals(shown < 100, true, `${shown} were shown`);
  assertEquals(await example.stop(), 0, example.lines.join("\n"));
});
