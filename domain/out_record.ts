/** Records on their way to a log, before it is known where in a topic they go. */
import type { LogRecord, RecordHeaders } from "./log_record.ts";
import { partitionOf } from "./partitioner.ts";
import type { PartitionerName } from "./route.ts";

/** A record for a topic, as a pipeline makes it. */
export interface OutRecord {
  /** Where it goes. */
  readonly topic: string;
  /** Records of one key go to one partition, and stay in order. Default `null`: none. */
  readonly key?: string | null;
  /** Bytes, or a text that goes as UTF-8; `null` is a tombstone. */
  readonly value: Uint8Array | string | null;
  /** Headers by name: bytes, several where a header repeats, or a text that goes as UTF-8. */
  readonly headers?: Readonly<Record<string, RecordHeaders[string] | string>>;
  /** 0 to the topic's partition count less one. Default: that of the key; without a key partitions take turns. */
  readonly partition?: number;
}

/** Gives records their partition. */
export type PlaceRecord = (record: OutRecord, partitions: number) => LogRecord;

/** Records without a key stay with one partition for so many bytes: few large batches, not many small ones. */
const TURN_BYTES = 16 * 1024;

const utf8 = new TextEncoder();

/**
 * Makes what gives records their partition: the one that they name, that of their key, or the one whose turn it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { placeRecords } from "@tidegate/tidegate";
 *
 * const place = placeRecords("murmur2");
 * assertEquals(place({ topic: "chat", key: "lobby", value: "hello" }, 6).partition, 0);
 * assertEquals(place({ topic: "chat", value: "hello", partition: 4 }, 6).partition, 4);
 * ```
 */
export function placeRecords(partitioner: PartitionerName): PlaceRecord {
  const turns = new Map<string, { partition: number; bytes: number }>();

  const inTurn = (topic: string, { partitions, bytes }: { partitions: number; bytes: number }) => {
    const turn = turns.get(topic) ?? { partition: 0, bytes: 0 };
    turns.set(topic, turn);
    if (turn.bytes >= TURN_BYTES) {
      turn.partition++;
      turn.bytes = 0;
    }
    turn.bytes += bytes;
    return turn.partition % partitions;
  };

  return ({ topic, key = null, value, headers = {}, partition }, partitions) => {
    const bytes = typeof value === "string" ? utf8.encode(value) : value;
    return {
      topic,
      partition: partition ??
        (key === null
          ? inTurn(topic, { partitions, bytes: bytes?.length ?? 0 })
          : partitionOf(partitioner, { key, partitions })),
      key,
      value: bytes,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, typeof text === "string" ? utf8.encode(text) : text]),
      ),
    };
  };
}
