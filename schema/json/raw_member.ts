/** Where a member of an object stands in JSON text, so that its value is passed on as it was written. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The text of the value at a path of member names, with neither white space around it nor CR or LF in it; `undefined` where there
 * is none. As in `JSON.parse`, a name may be written with escapes and the last of equal names counts.
 *
 * @param json valid JSON (`JSON.parse` took it): it is not checked again. Time is linear in its length, and nothing recurses.
 */
export function rawMember(json: string, path: readonly string[]): string | undefined {
  let span: Span | undefined = { from: skipSpace(json, 0), to: json.length };
  for (const name of path) {
    span = memberSpan(json, { name, from: span.from });
    if (!span) return undefined;
  }
  const raw = json.slice(span.from, span.to);
  // Both can only be white space here.
  return raw.includes("\r") || raw.includes("\n") ? raw.replaceAll(/[\r\n]/g, " ") : raw;
}

interface Span {
  readonly from: number;
  /** After the last character. */
  readonly to: number;
}

/** The last member of the name in the object that begins at `from`. */
function memberSpan(json: string, { name, from }: { name: string; from: number }): Span | undefined {
  if (json.charCodeAt(from) !== OPEN_BRACE) return undefined;
  let found: Span | undefined;
  let at = skipSpace(json, from + 1);
  while (json.charCodeAt(at) === QUOTE) {
    const nameEnd = skipString(json, at);
    const colon = skipSpace(json, nameEnd);
    const valueFrom = skipSpace(json, colon + 1);
    const valueTo = skipValue(json, valueFrom);
    if (isNamed(json.slice(at, nameEnd), name)) found = { from: valueFrom, to: valueTo };
    at = skipSpace(json, valueTo);
    if (json.charCodeAt(at) === COMMA) at = skipSpace(json, at + 1);
  }
  return found;
}

function isNamed(quoted: string, name: string): boolean {
  return quoted.includes("\\") ? JSON.parse(quoted) === name : quoted.slice(1, -1) === name;
}

function skipValue(json: string, from: number): number {
  const first = json.charCodeAt(from);
  if (first === QUOTE) return skipString(json, from);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(json, from);
  let at = from;
  while (at < json.length && !endsLiteral(json.charCodeAt(at))) at++;
  return at;
}

function skipNested(json: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(json, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    at++;
  } while (depth > 0 && at < json.length);
  return at;
}

/** @param from the opening quote */
function skipString(json: string, from: number): number {
  let close = json.indexOf('"', from + 1);
  while (close !== -1 && isEscaped(json, close)) close = json.indexOf('"', close + 1);
  return close === -1 ? json.length : close + 1;
}

/** Whether an odd number of backslashes stands before a quote; they cannot reach back past the opening quote. */
function isEscaped(json: string, quote: number): boolean {
  let at = quote - 1;
  while (json.charCodeAt(at) === BACKSLASH) at--;
  return (quote - at) % 2 === 0;
}

function endsLiteral(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code);
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (isSpace(json.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
