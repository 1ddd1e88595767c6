/**
 * Gathers the readings of many devices in one Kafka topic. A device sends one JSON object a WebSocket message, and may send more while
 * 16 of its readings are on their way: then its socket is not read until Kafka has them, so that a burst waits in the device and not here.
 *
 *     deno run --allow-net=127.0.0.1 --allow-env=KAFKA*,NODE_ENV,PORT,WS_* examples/devices.ts
 *
 * @module
 */
import type { OutRecord } from "@tidegate/tidegate";
import { runJob } from "@tidegate/tidegate/jobs";
import { kafkaSink } from "@tidegate/tidegate/kafka";
import { attempt, deadLetters, type Delivery } from "@tidegate/tidegate/streams";
import { webSocketServer } from "@tidegate/tidegate/websocket";
import { map, mergeMap, type OperatorFunction, pipe } from "rxjs";

/** What a device sends is a string, as the server takes no binary messages. */
type Message = Delivery<string | Uint8Array>;

/** The pipeline of a device: what is a reading goes to `readings` under the device's id, anything else to `readings-dead`. */
export function toRecords(session: string): OperatorFunction<Message, Delivery<OutRecord>> {
  return pipe(
    attempt(({ value, done }: Message): Delivery<OutRecord> => {
      const { device, celsius } = JSON.parse(String(value));
      if (typeof device !== "string" || typeof celsius !== "number") throw new TypeError("It is no reading");
      return { value: { topic: "readings", key: device, value: JSON.stringify({ celsius }) }, done };
    }),
    deadLetters(map(({ item: { value, done }, error }): Delivery<OutRecord> => {
      const headers = { reason: String(error) };
      return { value: { topic: "readings-dead", key: session, value, headers }, done };
    })),
  );
}

if (import.meta.main) {
  const brokers = (Deno.env.get("KAFKA_BROKERS") ?? "127.0.0.1:9092").split(",");
  const devices$ = webSocketServer({
    port: Number(Deno.env.get("PORT") ?? 8090),
    inFlight: 16,
    listening: ({ port }) => console.log(`Devices connect to ws://127.0.0.1:${port}/ws`),
  });
  await runJob(
    devices$.pipe(
      mergeMap(({ session, deliveries }) => deliveries.pipe(toRecords(session)), Infinity),
      kafkaSink({ brokers, topics: ["readings", "readings-dead"] }),
    ),
    { name: "devices" },
  );
}
