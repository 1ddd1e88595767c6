/**
 * Moves a gateway from its own file to Kafka: copies what ./data/log.sqlite holds of `chat`, and is stopped by Ctrl-C. Started again, it
 * goes on after the last record that Kafka has acknowledged. Keys and headers, and with them senders and message ids, stay: a gateway on
 * Kafka shows the same channels. The topic has to exist, and the gateway has to be stopped before: a file has one owner.
 *
 *     deno run --allow-net=127.0.0.1 --allow-read=data --allow-write=data --allow-env=KAFKA*,NODE_ENV examples/bridge.ts
 *
 * @module
 */
import { copyRecord, type OutRecord, type StoredRecord } from "@tidegate/tidegate";
import { fileCheckpoints, runJob } from "@tidegate/tidegate/jobs";
import { kafkaSink } from "@tidegate/tidegate/kafka";
import { logSource, openSqliteLog } from "@tidegate/tidegate/log";
import { type Delivery, eachDelivery } from "@tidegate/tidegate/streams";
import { EMPTY, of, type OperatorFunction } from "rxjs";

/** The pipeline: all that channels show is copied; what has no key is on no channel. */
export function copies(topic: string): OperatorFunction<Delivery<StoredRecord>, Delivery<OutRecord>> {
  return eachDelivery((record) => record.key === null ? EMPTY : of(copyRecord(record, { topic })), { concurrency: 1 });
}

if (import.meta.main) {
  const brokers = (Deno.env.get("KAFKA_BROKERS") ?? "127.0.0.1:9092").split(",");
  const log = await openSqliteLog({ path: "data/log.sqlite", topics: { chat: 4 } });
  const checkpoints = fileCheckpoints("data/bridge.json");
  await runJob((signal) =>
    logSource(log, { topics: ["chat"], checkpoints, signal }).pipe(
      copies("chat"),
      kafkaSink({ brokers, topics: ["chat"] }),
    ), { name: "bridge" });
  await log.close();
}
