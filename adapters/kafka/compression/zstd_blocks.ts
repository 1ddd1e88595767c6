/**
 * Where the blocks of a zstd frame begin and end: inflating a few at a time bounds what one step makes.
 *
 * Format: https://www.rfc-editor.org/rfc/rfc8878
 */
import { corrupt, tooLarge } from "./inflate_error.ts";

const CODEC = "zstd";
const MAGIC = 0xfd2fb528;
const RLE = 1;
const RESERVED = 3;
/** How many blocks are in a piece; each makes at most 128 KiB. */
const PIECE_BLOCKS = 16;

/**
 * Cuts a frame into pieces that make at most 2 MiB each. Throws {@linkcode InflateError} where it is not one whole frame,
 * or needs a window over `maxBytes`.
 */
export function* zstdPieces(bytes: Uint8Array, maxBytes: number): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) throw corrupt(CODEC, "a frame's magic number");
  const descriptor = bytes[4]!;
  const single = (descriptor & 0x20) !== 0;
  const contentBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const contentAt = 5 + (single ? 0 : 1) + dictionaryBytes;
  let at = contentAt + contentBytes;
  if (at > bytes.length) throw corrupt(CODEC, "a whole frame header");
  // A window is a power of two that the content need not fill: what every decoder is to support is let through.
  if (single ? contentSize(view, contentAt, contentBytes) > maxBytes : windowSize(bytes[5]!) > maxWindow(maxBytes)) {
    throw tooLarge(CODEC, maxBytes);
  }

  let from = 0;
  for (let blocks = 1;; blocks++) {
    if (at + 3 > bytes.length) throw corrupt(CODEC, "a last block");
    const head = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16;
    const kind = (head >> 1) & 3;
    if (kind === RESERVED) throw corrupt(CODEC, "a kind of block");
    at += 3 + (kind === RLE ? 1 : head >> 3);
    if ((head & 1) === 1) break;
    if (blocks % PIECE_BLOCKS === 0) {
      yield bytes.subarray(from, Math.min(at, bytes.length));
      from = at;
    }
  }
  const checksum = descriptor & 0x04 ? 4 : 0;
  if (at + checksum !== bytes.length) throw corrupt(CODEC, `one whole frame of ${bytes.length} bytes`);
  yield bytes.subarray(from);
}

function maxWindow(maxBytes: number): number {
  return Math.max(maxBytes, 8 * 1024 * 1024);
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + base / 8 * (byte & 7);
}

function contentSize(view: DataView, at: number, width: number): number {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true) + 256;
  return width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
