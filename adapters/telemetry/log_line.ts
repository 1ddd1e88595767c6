/** One thing said to the operator, as one line of text. */
import type { Fields, Level } from "../../domain/ports/telemetry.ts";
import { printable, printableJson, quoted, shortened } from "./printable.ts";

/** What a line says. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields;
  /** How many entries with this message were left out before this one. */
  readonly repeated: number;
}

/** A value or message over so many UTF-16 code units is cut. */
const LONGEST = 1000;

/** A text field that is shown without quotes. */
const PLAIN = /^[^\s"=\\]+$/;

const RESERVED = new Set(["time", "level", "message", "repeated"]);

/**
 * The entry as one JSON object: `time` (ISO 8601), `level`, `message`, `repeated` where it is not 0, then the fields.
 * A field with one of those names gets a `_` after it. Numbers that JSON lacks become text. Without a line end.
 */
export function jsonLine(entry: LogEntry): string {
  // No prototype: a field named __proto__ is a field.
  const line: Record<string, unknown> = Object.create(null);
  line.time = timeText(entry.time);
  line.level = entry.level;
  line.message = shortened(entry.message, LONGEST);
  if (entry.repeated > 0) line.repeated = entry.repeated;
  for (const [name, value] of shownFields(entry.fields)) {
    line[RESERVED.has(name) ? `${name}_` : name] = typeof value === "number" && !Number.isFinite(value)
      ? String(value)
      : typeof value === "string"
      ? shortened(value, LONGEST)
      : value;
  }
  return printableJson(line);
}

const COLOURS: Readonly<Record<Level, number>> = { debug: 90, info: 32, warn: 33, error: 31 };

/** The entry for a person: time, level, message, then `name=value` for each field. Without a line end. */
export function textLine(entry: LogEntry, options: { readonly colours: boolean }): string {
  const paint = (code: number, text: string) => options.colours ? `\x1b[${code}m${text}\x1b[0m` : text;
  const fields = shownFields(entry.fields).map(([name, value]) => [printable(name, LONGEST), fieldText(value)]);
  if (entry.repeated > 0) fields.push(["repeated", String(entry.repeated)]);
  return [
    paint(90, timeText(entry.time)),
    paint(COLOURS[entry.level], entry.level.toUpperCase().padEnd(5)),
    printable(entry.message, LONGEST),
    ...fields.map(([name, value]) => paint(90, `${name}=`) + value),
  ].join(" ");
}

function shownFields(fields: Fields): [string, string | number | boolean][] {
  return Object.entries(fields).filter((field): field is [string, string | number | boolean] => field[1] !== undefined);
}

function fieldText(value: string | number | boolean): string {
  const text = String(value);
  return typeof value !== "string" || (PLAIN.test(text) && printable(text, LONGEST) === text)
    ? text
    : quoted(text, LONGEST);
}

function timeText(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString();
}
