/** The partition of a record key, as the producers of the field compute it. */
import type { PartitionerName } from "./route.ts";
import { utf8Bytes } from "./utf8.ts";

/**
 * The partition, 0 to `partitions - 1`, that a producer puts a key in.
 *
 * `murmur2` is Java's and kafkajs' default, `crc32` librdkafka's and kcat's.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { partitionOf } from "@tidegate/tidegate";
 *
 * assertEquals(partitionOf("murmur2", { key: "lobby", partitions: 6 }), 0);
 * assertEquals(partitionOf("crc32", { key: "lobby", partitions: 6 }), 5);
 * ```
 */
export function partitionOf(partitioner: PartitionerName, place: { key: string; partitions: number }): number {
  if (place.partitions === 1) return 0;
  const bytes = utf8Bytes(place.key);
  const hash = partitioner === "murmur2" ? murmur2(bytes) & 0x7fffffff : crc32(bytes);
  return hash % place.partitions;
}

/** MurmurHash2 with Kafka's seed, as in Java's `org.apache.kafka.common.utils.Utils.murmur2`; a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = bytes.length;
  let h = 0x9747b28c ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let k = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length - at;
  if (rest === 3) h ^= bytes[at + 2]! << 16;
  if (rest >= 2) h ^= bytes[at + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ bytes[at]!, m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 (IEEE), as in zlib and librdkafka; an unsigned 32-bit number. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
