/**
 * Kafka's compression codecs, bounded: whatever a producer wrote, a batch takes limited memory and does not hold the event loop.
 *
 * All four are read. Nothing is compressed on append: a gateway's batches are small and its broker is near. Test tools and
 * others that use kafkajs' own clients in this process may call {@linkcode registerCodecs}.
 */
import { promisify } from "node:util";
import { gzip, zstdCompress } from "node:zlib";
import { Buffer } from "node:buffer";
import { CompressionCodecs, CompressionTypes } from "kafkajs";
import { inflateGzip } from "./compression/gzip.ts";
import { InflateError } from "./compression/inflate_error.ts";
import { inflateLz4 } from "./compression/lz4.ts";
import { paced } from "./compression/pace.ts";
import { inflateSnappy } from "./compression/snappy.ts";
import { inflateZstd } from "./compression/zstd.ts";

export { InflateError } from "./compression/inflate_error.ts";

/** How many bytes a batch may have once it is inflated: 64 MiB. */
export const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

const INFLATERS: Readonly<Record<number, (bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array<ArrayBuffer>>>> = {
  [CompressionTypes.GZIP]: inflateGzip,
  [CompressionTypes.Snappy]: (bytes, maxBytes) => paced(inflateSnappy(bytes, maxBytes)),
  [CompressionTypes.LZ4]: (bytes, maxBytes) => paced(inflateLz4(bytes, maxBytes)),
  [CompressionTypes.ZSTD]: inflateZstd,
};

/**
 * Inflates the records of a batch, letting the event loop turn every 8 ms or so.
 *
 * @param codec Kafka's number: 1 gzip, 2 snappy (with the Java library's framing or without), 3 lz4, 4 zstd
 * @param bytes not kept, not changed
 * @param maxBytes default {@linkcode MAX_INFLATED_BYTES}
 * @returns a buffer of its own; rejects with {@linkcode InflateError} where the bytes are corrupt or cut, grow over
 * `maxBytes`, or the codec is none
 */
export async function inflate(codec: number, bytes: Uint8Array, maxBytes = MAX_INFLATED_BYTES): Promise<Uint8Array> {
  const inflater = INFLATERS[codec];
  if (!inflater) throw new InflateError("unsupported", `Cannot inflate batch of codec ${codec}: expected 1 to 4`);
  return await inflater(bytes, maxBytes);
}

/**
 * Gives kafkajs' own clients in this process these codecs: they read all four, bounded, and write gzip and zstd.
 * Writing snappy or lz4 with them fails with {@linkcode InflateError} `unsupported`.
 */
export function registerCodecs(): void {
  const writers: Readonly<Record<number, (bytes: Uint8Array) => Promise<Buffer>>> = {
    [CompressionTypes.GZIP]: promisify<Uint8Array, Buffer>(gzip),
    [CompressionTypes.ZSTD]: promisify<Uint8Array, Buffer>(zstdCompress),
  };
  const { GZIP, Snappy, LZ4, ZSTD } = CompressionTypes;
  for (const codec of [GZIP, Snappy, LZ4, ZSTD] as const) {
    CompressionCodecs[codec] = () => ({
      async compress(encoder: { readonly buffer: Uint8Array }) {
        const write = writers[codec];
        if (!write) throw new InflateError("unsupported", `Cannot write codec ${codec}: expected 1 or 4`);
        return await write(encoder.buffer);
      },
      async decompress(bytes: Uint8Array) {
        const inflated = await inflate(codec, bytes);
        return Buffer.from(inflated.buffer, inflated.byteOffset, inflated.byteLength);
      },
    });
  }
}
