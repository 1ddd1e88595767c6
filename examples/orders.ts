/**
 * Merges the orders of two topics, enriches each with its value in euros, and routes them by that value to two other topics. What cannot be
 * read, or has no rate, goes to a topic of dead letters with the reason. An offset is committed once Kafka has all that came of its
 * record: the script can be killed at any point, and loses nothing.
 *
 *     deno run --allow-net=127.0.0.1 --allow-env=KAFKA*,NODE_ENV examples/orders.ts
 *
 * @module
 */
import type { OutRecord, StoredRecord } from "@tidegate/tidegate";
import { runJob } from "@tidegate/tidegate/jobs";
import { kafkaSink, kafkaSource } from "@tidegate/tidegate/kafka";
import { type Delivery, eachDelivery } from "@tidegate/tidegate/streams";
import { map, type Observable, of, type OperatorFunction, throwError } from "rxjs";

const RATES: Readonly<Record<string, number>> = { EUR: 1, USD: 0.86, GBP: 1.14 };

/** What a unit of a currency is in euros. A service could be asked here: up to 16 orders are under way at once. */
function rateOf(currency: string): Observable<number> {
  const rate = RATES[currency];
  return rate === undefined ? throwError(() => new TypeError(`There is no rate for ${currency}`)) : of(rate);
}

/** The pipeline: it knows neither Kafka nor time, and a test runs it without either. */
export function settle(): OperatorFunction<Delivery<StoredRecord>, Delivery<OutRecord>> {
  return eachDelivery((record) => {
    const order = readOrder(record);
    return rateOf(order.currency).pipe(map((rate): OutRecord => {
      const euros = Math.round(order.amount * rate * 100) / 100;
      const value = JSON.stringify({ ...order, euros, shop: record.topic });
      return { topic: euros < 1000 ? "orders-small" : "orders-large", key: record.key, value };
    }));
  }, {
    concurrency: 16,
    failed: ({ item: { key, value }, error }) =>
      of({ topic: "orders-dead", key, value, headers: { reason: String(error) } }),
  });
}

function readOrder({ value }: StoredRecord): { readonly amount: number; readonly currency: string } {
  const { amount, currency } = JSON.parse(new TextDecoder().decode(value ?? new Uint8Array()));
  if (typeof amount !== "number" || typeof currency !== "string") throw new TypeError("It is no order");
  return { amount, currency };
}

if (import.meta.main) {
  const kafka = { brokers: (Deno.env.get("KAFKA_BROKERS") ?? "127.0.0.1:9092").split(",") };
  await runJob(
    (signal) =>
      kafkaSource({ ...kafka, group: "settle", topics: ["shop-berlin", "shop-paris"], signal }).pipe(
        settle(),
        kafkaSink({ ...kafka, topics: ["orders-small", "orders-large", "orders-dead"] }),
      ),
    { name: "orders" },
  );
}
