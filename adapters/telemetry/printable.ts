/** Text from outside, made safe to show on a terminal and in a log line. */

// Controls, format marks (zero-width, bidirectional, tags), line and paragraph separators, lone surrogates: what could
// start a line, move the cursor, or make a line read as something else.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * The text with each character that a terminal or a log reader could act on written as `\uXXXX`, and cut to `limit`
 * UTF-16 code units of the original with `…` where it is longer.
 */
export function printable(text: string, limit: number): string {
  return shortened(text, limit).replace(UNPRINTABLE, escapeUnits);
}

/** A value as JSON text that no terminal and no line splitter acts on. */
export function printableJson(value: unknown): string {
  // Outside of its strings JSON text has none of these characters.
  return JSON.stringify(value).replace(UNPRINTABLE, escapeUnits);
}

/** A text in double quotes, for a message: at most `limit` UTF-16 code units of the original, then `…`. */
export function quoted(text: string, limit = 60): string {
  return printableJson(shortened(text, limit));
}

/** At most `limit` UTF-16 code units of the text, then `…` where it is longer. */
export function shortened(text: string, limit: number): string {
  return text.length > limit ? text.slice(0, limit) + "…" : text;
}

function escapeUnits(character: string): string {
  let escaped = "";
  for (let at = 0; at < character.length; at++) {
    escaped += "\\u" + character.charCodeAt(at).toString(16).padStart(4, "0");
  }
  return escaped;
}
