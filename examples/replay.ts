/**
 * Replays the last hour of a chat room to a channel of its own, such as one for a user who was away: a gateway with a route
 * `replay:{name}` on the topic `replays` shows it as `replay:lobby-2025-11-22`. It reads up to what the topic holds now, and ends.
 *
 *     deno run --allow-net=127.0.0.1 --allow-env=KAFKA*,NODE_ENV examples/replay.ts lobby lobby-2025-11-22
 *
 * @module
 */
import { copyRecord, type OutRecord, type StoredRecord } from "@tidegate/tidegate";
import { runJob } from "@tidegate/tidegate/jobs";
import { kafkaRange, kafkaSink } from "@tidegate/tidegate/kafka";
import { type Delivery, eachDelivery } from "@tidegate/tidegate/streams";
import { EMPTY, of, type OperatorFunction } from "rxjs";

const HOUR_MS = 60 * 60_000;

/** The pipeline: the records of a room, in their order, under the key of a new channel. The others are done at once. */
export function replay(from: string, to: string): OperatorFunction<Delivery<StoredRecord>, Delivery<OutRecord>> {
  return eachDelivery((record) => {
    if (record.key !== from) return EMPTY;
    return of({ ...copyRecord(record, { topic: "replays" }), key: to });
  }, { concurrency: 1 });
}

if (import.meta.main) {
  const [room = "lobby", name = `${room}-replay`] = Deno.args;
  const kafka = { brokers: (Deno.env.get("KAFKA_BROKERS") ?? "127.0.0.1:9092").split(",") };
  await runJob(
    (signal) =>
      kafkaRange({ ...kafka, topics: ["chat"], from: { time: Date.now() - HOUR_MS }, signal }).pipe(
        replay(room, name),
        kafkaSink({ ...kafka, topics: ["replays"] }),
      ),
    { name: "replay" },
  );
}
