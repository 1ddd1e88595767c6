/** Gzip, by the platform's decompressor: it checks length and checksum. */
import { corrupt, tooLarge } from "./inflate_error.ts";
import { Inflated } from "./inflated.ts";
import { pace } from "./pace.ts";

const CODEC = "gzip";
/** How much is given to the decompressor at once: it makes at most 1,032 times as much of it, in one go. */
const PIECE_BYTES = 4096;

/** Inflates a batch; rejects with {@linkcode InflateError}. */
export async function inflateGzip(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Inflated(CODEC, maxBytes);
  const pause = pace();
  let at = 0;
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += PIECE_BYTES));
    },
  }, { highWaterMark: 0 });
  const reader = pieces.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return out.take();
      if (out.length + value.length > maxBytes) throw tooLarge(CODEC, maxBytes);
      out.copy(value, 0, value.length);
      await pause();
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof TypeError ? corrupt(CODEC, `a gzip stream: ${error.message}`) : error;
  }
}
