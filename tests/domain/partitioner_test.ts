import { assertEquals } from "@std/assert";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { crc32, murmur2, partitionOf } from "../../domain/partitioner.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("murmur2 gives the hashes of Kafka's own test vectors", () => {
  const vectors: [string, number][] = [
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ];
  for (const [text, hash] of vectors) assertEquals(murmur2(bytes(text)), hash, text);
});

Deno.test("crc32 is zlib's", () => {
  fc.assert(fc.property(fc.uint8Array(), (data) => assertEquals(crc32(data), zlibCrc32(data))));
});

Deno.test("a key lives in different partitions by murmur2 and by crc32", () => {
  assertEquals(partitionOf("murmur2", { key: "lobby", partitions: 6 }), 0);
  assertEquals(partitionOf("crc32", { key: "lobby", partitions: 6 }), 5);
  assertEquals(partitionOf("murmur2", { key: "lobby", partitions: 1 }), 0);
});
