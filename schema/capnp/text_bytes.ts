/** UTF-8, strictly, and fast for the short ASCII texts that frames are made of. */
import { Malformed } from "./malformed.ts";

/** Up to so many bytes a loop is faster than the platform's decoder. */
const SHORT = 48;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of some bytes; a leading U+FEFF is a character like any other.
 *
 * @throws {Malformed} where they are not UTF-8
 */
export function decodeText(bytes: Uint8Array, { from, to }: { from: number; to: number }): string {
  if (to - from <= SHORT) {
    let text = "";
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at]!;
      if (byte > 0x7f) break;
      text += String.fromCharCode(byte);
    }
    if (at === to) return text;
  }
  try {
    return decoder.decode(bytes.subarray(from, to));
  } catch {
    throw new Malformed("a text that is not UTF-8");
  }
}
