/** JSON as text that is passed on and never re-written. */

/**
 * The text of a JSON value on one line: `undefined` where it is not valid JSON, else the same text with CR and LF, which can only be
 * white space in it, replaced by spaces. Numbers of any size keep their digits.
 */
export function normaliseJson(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]/g, " ") : text;
}
