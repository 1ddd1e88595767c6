/** The standard stream framing: messages one after another, each with its segments' sizes before it. */
import { flatten } from "./flatten.ts";
import { Malformed } from "./malformed.ts";
import { type Segment, validate } from "./validate.ts";

/** How many bytes of messages are looked at, and how many segments one of them may have. */
const MOST = { bytes: 1 << 26, segments: 64 } as const;

/** A validated message of one segment, and where the next one begins. */
export interface Framed {
  readonly segment: Segment;
  /** The byte after the message. */
  readonly next: number;
}

/** Bytes that messages are read from. */
export interface Source {
  readonly bytes: Uint8Array;
  /** The same bytes. */
  readonly view: DataView;
}

/** The source of some bytes. */
export function sourceOf(bytes: Uint8Array): Source {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/**
 * The message that begins at a byte. One of several segments is copied into one.
 *
 * @throws {Malformed} where there is none, or it is not what {@linkcode validate} asks for
 */
export function messageAt(source: Source, at: number): Framed {
  const { view, bytes } = source;
  const left = view.byteLength - at;
  if (view.byteLength > MOST.bytes) throw new Malformed(`more than ${MOST.bytes} bytes`);
  if (left < 8) throw new Malformed(`${left} bytes where a message of at least 16 begins`);
  const others = view.getUint32(at, true);
  if (others === 0) {
    const segment = { view, bytes, from: at + 8, words: view.getUint32(at + 4, true) };
    checkFits(segment, view);
    validate(segment);
    return { segment, next: segment.from + segment.words * 8 };
  }
  const segments = segmentsAt(source, { at, count: others + 1 });
  const segment = flatten(segments);
  validate(segment);
  const last = segments.at(-1)!;
  return { segment, next: last.from + last.words * 8 };
}

/**
 * All messages of some bytes, which hold nothing else.
 *
 * @throws {Malformed} where they do not
 */
export function allMessages(bytes: Uint8Array): Segment[] {
  const source = sourceOf(bytes);
  const segments: Segment[] = [];
  for (let at = 0; at < bytes.length;) {
    const { segment, next } = messageAt(source, at);
    segments.push(segment);
    at = next;
  }
  return segments;
}

function segmentsAt({ view, bytes }: Source, { at, count }: { at: number; count: number }): Segment[] {
  if (count > MOST.segments) throw new Malformed(`${count} segments: expected at most ${MOST.segments}`);
  // The table is padded to whole words.
  let from = at + 8 * Math.floor(count / 2) + 8;
  if (from > view.byteLength) throw new Malformed("a table of segments that is cut short");
  const segments: Segment[] = [];
  for (let index = 0; index < count; index++) {
    const segment = { view, bytes, from, words: view.getUint32(at + 4 + index * 4, true) };
    checkFits(segment, view);
    segments.push(segment);
    from += segment.words * 8;
  }
  return segments;
}

function checkFits({ from, words }: Segment, view: DataView): void {
  if (from + words * 8 <= view.byteLength) return;
  throw new Malformed(`a segment of ${words} words with ${view.byteLength - from} bytes left`);
}
