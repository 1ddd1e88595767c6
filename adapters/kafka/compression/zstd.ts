/** Zstandard, by node:zlib. */
import { createZstdDecompress } from "node:zlib";
import { corrupt, type InflateError, tooLarge } from "./inflate_error.ts";
import { Inflated } from "./inflated.ts";
import { pace } from "./pace.ts";
import { zstdPieces } from "./zstd_blocks.ts";

const CODEC = "zstd";

/** Inflates a batch; rejects with {@linkcode InflateError}. */
export async function inflateZstd(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Inflated(CODEC, maxBytes);
  const pause = pace();
  // The one-shot functions take a cut frame for a whole one, and the one with a callback throws corrupt ones out of its reach.
  const stream = createZstdDecompress();
  let failure: InflateError | undefined;
  stream.on("data", (piece: Uint8Array) => {
    if (out.length + piece.length > maxBytes) failure ??= tooLarge(CODEC, maxBytes);
    if (!failure) out.copy(piece, 0, piece.length);
  });
  const ended = new Promise<void>((resolve) => {
    stream.on("error", (error: Error) => {
      failure ??= corrupt(CODEC, `a zstd frame: ${error.message}`);
      resolve();
    });
    stream.on("end", resolve);
  });
  try {
    for (const piece of zstdPieces(bytes, maxBytes)) {
      await Promise.race([new Promise<void>((resolve) => stream.write(piece, () => resolve())), ended]);
      if (failure) throw failure;
      await pause();
    }
    stream.end();
    await ended;
    if (failure) throw failure;
    return out.take();
  } finally {
    stream.destroy();
  }
}
