/** JSON as text that is passed on and never re-written. */

/**
 * JSON is taken to be nested so deep, and no deeper. No application writes such a value by hand or by a program that means well, while
 * `JSON.parse` takes much longer for a deep value than for a flat one of the same size, and what recurses over it (a pipeline, a client)
 * runs out of stack. A frame may have {@linkcode FRAME_LEVELS} more around its payload.
 */
export const MAX_JSON_DEPTH = 128;

/** The levels of a frame around its payload: `{"publish":{"payload":...}}`. */
export const FRAME_LEVELS = 2;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The text of a JSON value on one line: `undefined` where it is not valid JSON, or is nested deeper than {@linkcode MAX_JSON_DEPTH}; else
 * the same text with CR and LF, which can only be white space in it, replaced by spaces. Numbers of any size keep their digits.
 */
export function normaliseJson(text: string): string | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]/g, " ") : text;
}

/**
 * Whether a text that may be JSON opens more brackets and braces in one another than `most`: to be asked before it is parsed. Time is
 * linear in its length, and next to none where it has few of them, as messages have.
 */
export function isTooDeep(text: string, most: number = MAX_JSON_DEPTH): boolean {
  return opensMore(text, most) && nestsDeeper(text, most);
}

function opensMore(text: string, most: number): boolean {
  if (text.length <= most) return false;
  let left = most;
  for (const open of ["{", "["]) {
    for (let at = text.indexOf(open); at !== -1; at = text.indexOf(open, at + 1)) {
      if (left-- === 0) return true;
    }
  }
  return false;
}

function nestsDeeper(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) {
      if (code === BACKSLASH) at++;
    } else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (++depth > most) return true;
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--;
  }
  return false;
}
