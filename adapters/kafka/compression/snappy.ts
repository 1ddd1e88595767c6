/**
 * Snappy as Kafka carries it: in the framing of the Java library ("xerial": Java, librdkafka), or a bare block (Go).
 *
 * Format: https://github.com/google/snappy/blob/main/format_description.txt
 */
import { corrupt } from "./inflate_error.ts";
import { Inflated } from "./inflated.ts";

const CODEC = "snappy";
const XERIAL = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00];
const XERIAL_HEADER_BYTES = 16;
/** Three bytes make 64 at most. */
const MAX_RATIO = 22;
/** How many elements are between two stops: each makes at most 64 bytes of a match, literals are as long as the input. */
const SLICE_ELEMENTS = 16 * 1024;

/** Inflates a batch, stopping now and then. Throws {@linkcode InflateError}. */
export function* inflateSnappy(bytes: Uint8Array, maxBytes: number): Generator<void, Uint8Array<ArrayBuffer>> {
  if (!XERIAL.every((byte, at) => bytes[at] === byte)) {
    const { size } = blockSize(bytes, 0, bytes.length);
    const out = new Inflated(CODEC, maxBytes, size);
    yield* inflateBlock(out, bytes, { from: 0, to: bytes.length });
    return out.take();
  }
  const blocks = [...xerialBlocks(bytes)];
  const size = blocks.reduce((sum, block) => sum + blockSize(bytes, block.from, block.to).size, 0);
  const out = new Inflated(CODEC, maxBytes, size);
  for (const block of blocks) {
    yield* inflateBlock(out, bytes, block);
    yield;
  }
  return out.take();
}

function* xerialBlocks(bytes: Uint8Array): Generator<{ from: number; to: number }> {
  if (bytes.length < XERIAL_HEADER_BYTES) throw corrupt(CODEC, "a whole header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length;) {
    const from = at + 4;
    const size = from <= bytes.length ? view.getInt32(at) : -1;
    if (size < 0 || from + size > bytes.length) throw corrupt(CODEC, "a whole block");
    yield { from, to: from + size };
    at = from + size;
  }
}

function* inflateBlock(out: Inflated, bytes: Uint8Array, { from, to }: { from: number; to: number }): Generator<void> {
  const { size, next } = blockSize(bytes, from, to);
  const end = out.length + size;
  let at = next;
  for (let elements = 1; at < to; elements++) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const width = length - 59;
        length = littleEndian(bytes, at, at + width <= to ? width : -1);
        at += width;
      }
      length++;
      if (at + length > to) throw corrupt(CODEC, `a literal of ${length} bytes`);
      out.copy(bytes, at, at + length);
      at += length;
    } else {
      const width = kind === 3 ? 4 : kind;
      let back = littleEndian(bytes, at, at + width <= to ? width : -1);
      at += width;
      let length = (tag >> 2) + 1;
      if (kind === 1) {
        back |= (tag >> 5) << 8;
        length = ((tag >> 2) & 7) + 4;
      }
      out.repeat(back, length);
    }
    if (out.length > end) break;
    if (elements % SLICE_ELEMENTS === 0) yield;
  }
  if (out.length !== end) throw corrupt(CODEC, `a block of ${size} bytes`);
}

/** A block starts with its inflated size. */
function blockSize(bytes: Uint8Array, from: number, to: number): { size: number; next: number } {
  let size = 0;
  for (let at = from, scale = 1; at < to && at < from + 5; at++, scale *= 128) {
    size += (bytes[at]! & 127) * scale;
    if (bytes[at]! < 128) {
      if (size > (to - from) * MAX_RATIO) break;
      return { size, next: at + 1 };
    }
  }
  throw corrupt(CODEC, `a size that ${to - from} bytes can have`);
}

function littleEndian(bytes: Uint8Array, at: number, width: number): number {
  if (width < 0) throw corrupt(CODEC, "a whole element");
  let value = 0;
  for (let index = width - 1; index >= 0; index--) value = value * 256 + bytes[at + index]!;
  return value;
}
