import { assertEquals } from "@std/assert";
import { from } from "rxjs";
import type { OutRecord } from "@tidegate/tidegate";
import { testRecord, trackDeliveries } from "@tidegate/tidegate/testing";
import type { Delivery } from "@tidegate/tidegate/streams";
import { settle } from "../../examples/orders.ts";

const RECORDS = [
  testRecord({ topic: "shop-berlin", key: "1", json: { amount: 10, currency: "EUR" } }),
  testRecord({ topic: "shop-paris", key: "2", json: { amount: 2000, currency: "USD" } }),
  testRecord({ topic: "shop-paris", key: "3", text: "{" }),
  testRecord({ topic: "shop-berlin", key: "4", json: { amount: 1, currency: "XXX" } }),
];

Deno.test("example orders: an order gets its value in euros, and goes where that says", () => {
  const written: Delivery<OutRecord>[] = [];
  const source = trackDeliveries(RECORDS);
  from(source.deliveries).pipe(settle()).subscribe((delivery) => written.push(delivery));
  assertEquals(written.map(({ value: { topic, key } }) => `${key} to ${topic}`), [
    "1 to orders-small",
    "2 to orders-large",
    "3 to orders-dead",
    "4 to orders-dead",
  ]);
  assertEquals(JSON.parse(String(written[1]!.value.value)), {
    amount: 2000,
    currency: "USD",
    euros: 1720,
    shop: "shop-paris",
  });
  assertEquals(written[3]!.value.value, RECORDS[3]!.value);
  assertEquals(written[3]!.value.headers, { reason: "TypeError: There is no rate for XXX" });
});

Deno.test("example orders: a record is done when what came of it is written, and not before", () => {
  const written: Delivery<OutRecord>[] = [];
  const source = trackDeliveries(RECORDS);
  from(source.deliveries).pipe(settle()).subscribe((delivery) => written.push(delivery));
  assertEquals(source.done, []);
  written[2]!.done();
  assertEquals(source.done, [RECORDS[2]!]);
});
