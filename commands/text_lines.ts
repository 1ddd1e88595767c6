/** Lines of a byte stream. */

/** One line of text, without its line end, or why there is none. Lines count from 1. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly problem: string };

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * The lines of UTF-8 text as they come, but for the empty ones. A line of more than `longest` bytes, or one that is not UTF-8, has a
 * problem in place of its text; what is kept of a line is never more than that.
 */
export async function* textLines(
  bytes: AsyncIterable<Uint8Array>,
  { longest }: { readonly longest: number },
): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  const add = (part: Uint8Array) => {
    length += part.length;
    // One byte more than fits may be the carriage return.
    if (length <= longest + 1) parts.push(part);
    else parts = [];
  };
  const end = (): Line | undefined => {
    const line = lineOf(parts, { number: number++, length, longest });
    parts = [];
    length = 0;
    return line;
  };
  for await (const piece of bytes) {
    let start = 0;
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, start)) {
      add(piece.subarray(start, at));
      const line = end();
      if (line) yield line;
      start = at + 1;
    }
    add(piece.subarray(start));
  }
  const last = end();
  if (last) yield last;
}

function lineOf(
  parts: readonly Uint8Array[],
  { number, length, longest }: { readonly number: number; readonly length: number; readonly longest: number },
): Line | undefined {
  const bytes = new Uint8Array(length > longest + 1 ? 0 : length);
  let at = 0;
  for (const part of length > longest + 1 ? [] : parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const line = bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
  if (length > longest + 1 || line.length > longest) {
    return { number, problem: `it has ${length} bytes: expected at most ${longest}` };
  }
  if (line.length === 0) return undefined;
  try {
    return { number, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: number > 1 }).decode(line) };
  } catch {
    return { number, problem: "it is not UTF-8" };
  }
}
