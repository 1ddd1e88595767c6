/** Holds one table of the configuration against its schema. */
import * as v from "valibot";
import { ALL_SETTINGS } from "./all_settings.ts";
import { type Mistake, valueText } from "./configuration_error.ts";
import { nearestName } from "./nearest_name.ts";
import { type SectionSchema, settingsOf } from "./setting.ts";

/** A table of the configuration, as TOML gives it. */
export type Table = Readonly<Record<string, unknown>>;

/** Where a table is, and where its values are from. */
export interface TablePlace {
  /** The section that the settings belong to, "" at the top. */
  readonly section: string;
  /** What mistakes call the table: `http`, `routes[0]`, "" at the top. */
  readonly path: string;
  /** Names that are allowed besides the schema's. */
  readonly others?: readonly string[];
  /** The environment variable that a key's value is from; `undefined` where it is from the file. */
  readonly origin?: (key: string) => string | undefined;
}

/** What a table became. */
export interface Validated<T> {
  /** Absent where there are mistakes. */
  readonly output?: T;
  readonly mistakes: readonly Mistake[];
}

/** Whether a value is a table. */
export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The table with its defaults, or all that is wrong with it: one mistake a key at most. Never throws. */
export function validateSection<const S extends SectionSchema>(
  schema: S,
  table: Table,
  place: TablePlace,
): Validated<v.InferOutput<S>> {
  const mistakes = new Map<string, Mistake>();
  const names = [...Object.keys(schema.entries), ...place.others ?? []];
  for (const key of Object.keys(table).filter((key) => !names.includes(key))) {
    mistakes.set(key, { path: join(place.path, key), message: unknownKey(key, names) });
  }

  const settings = new Map(settingsOf(place.section, schema).map((setting) => [setting.key, setting]));
  const result = v.safeParse(schema, table, { abortPipeEarly: true });
  for (const issue of result.issues ?? []) {
    const [key = "", element] = issue.path?.map((item) => item.key as string | number) ?? [];
    const setting = settings.get(String(key));
    if (!setting || mistakes.has(setting.key)) continue;
    const path = join(place.path, setting.key) + (element === undefined ? "" : `[${element}]`);
    const variable = place.origin?.(setting.key);
    // An issue of an absent key has the whole table as its input.
    const value = Object.hasOwn(table, setting.key) ? issue.input : undefined;
    const got = valueText(value, { secret: setting.secret === true }) + (variable ? ` (from ${variable})` : "");
    mistakes.set(setting.key, { path, message: `expected ${setting.expected}, got ${got}` });
  }
  return result.success && mistakes.size === 0
    ? { output: result.output, mistakes: [] }
    : { mistakes: [...mistakes.values()] };
}

function unknownKey(key: string, names: readonly string[]): string {
  const near = nearestName(key, names);
  if (near !== undefined) return `unknown key; did you mean ${near}?`;
  const elsewhere = ALL_SETTINGS.find((setting) => setting.key === key);
  if (elsewhere) return `unknown key; ${key} belongs ${placeText(elsewhere.section)}`;
  return `unknown key; expected one of ${names.join(", ")}`;
}

function placeText(section: string): string {
  if (section === "") return "above all sections";
  return section === "routes" ? "in [[routes]]" : `in [${section}]`;
}

/** Keys that are not bare in TOML are shown in quotes. */
function join(path: string, key: string): string {
  const shown = /^[A-Za-z0-9_-]{1,64}$/.test(key) ? key : valueText(key, { secret: false });
  return path === "" ? shown : `${path}.${shown}`;
}
