/**
 * LZ4 as Kafka carries it: one frame. Its checksums are not looked at: the broker checked the batch's, and old Kafka clients
 * write a wrong one.
 *
 * Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
import { corrupt } from "./inflate_error.ts";
import { Inflated } from "./inflated.ts";

const CODEC = "lz4";
const MAGIC = 0x184d2204;
const VERSION_1 = 0x40;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;
const UNCOMPRESSED = 0x80000000;
/** How many sequences are between two stops. */
const SLICE_SEQUENCES = 8 * 1024;
/** How many inflated bytes are between two stops. */
const SLICE_BYTES = 1024 * 1024;

/** Inflates a batch, stopping now and then. Throws {@linkcode InflateError}. */
export function* inflateLz4(bytes: Uint8Array, maxBytes: number): Generator<void, Uint8Array<ArrayBuffer>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== MAGIC) throw corrupt(CODEC, "a frame's magic number");
  const flags = bytes[4]!;
  if ((flags & 0xc0) !== VERSION_1) throw corrupt(CODEC, "version 1 of the frame format");
  if (flags & DICTIONARY) throw corrupt(CODEC, "no dictionary");
  const out = new Inflated(CODEC, maxBytes);
  const trailer = flags & BLOCK_CHECKSUM ? 4 : 0;
  let at = 6 + (flags & CONTENT_SIZE ? 8 : 0) + 1;
  for (;;) {
    if (at + 4 > bytes.length) throw corrupt(CODEC, "an end mark");
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) return out.take();
    const size = head & ~UNCOMPRESSED;
    if (at + size + trailer > bytes.length) throw corrupt(CODEC, `a block of ${size} bytes`);
    if (head & UNCOMPRESSED) out.copy(bytes, at, at + size);
    else yield* inflateBlock(out, bytes, { from: at, to: at + size });
    at += size + trailer;
    yield;
  }
}

/** Matches may reach back over the block's start: into the block before, where the frame says that blocks depend. */
function* inflateBlock(out: Inflated, bytes: Uint8Array, { from, to }: { from: number; to: number }): Generator<void> {
  let at = from;
  /** The rest of a length that does not fit into the token. */
  const more = (length: number) => {
    for (let byte = 255; byte === 255; length += byte) {
      if (at >= to) throw corrupt(CODEC, "the rest of a length");
      byte = bytes[at++]!;
    }
    return length;
  };
  let stopAt = out.length + SLICE_BYTES;
  for (let sequences = 1; at < to; sequences++) {
    const token = bytes[at++]!;
    const literals = token >> 4 === 15 ? more(15) : token >> 4;
    if (at + literals > to) throw corrupt(CODEC, `${literals} literal bytes`);
    out.copy(bytes, at, at + literals);
    at += literals;
    // The last sequence has no match.
    if (at === to) return;
    if (at + 2 > to) throw corrupt(CODEC, "a match's distance");
    const back = bytes[at]! | bytes[at + 1]! << 8;
    at += 2;
    out.repeat(back, ((token & 15) === 15 ? more(15) : token & 15) + 4);
    if (sequences % SLICE_SEQUENCES === 0 || out.length > stopAt) {
      stopAt = out.length + SLICE_BYTES;
      yield;
    }
  }
}
