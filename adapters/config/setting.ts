/** One key of the configuration: its schema, and what people and the environment need to know of it. */
import * as v from "valibot";

/** What is known of a setting besides its schema. */
export interface SettingNotes {
  /** What it is for, one sentence of Markdown without its full stop. */
  readonly about: string;
  /** What a value has to be: completes "expected ...". */
  readonly expected: string;
  /** Environment variables that set it, the one that counts first. */
  readonly env?: readonly string[];
  /** Its value is shown to nobody. */
  readonly secret?: true;
  /** What holds where it is absent, for a setting that has no fixed default; "none" where this is absent too. */
  readonly otherwise?: string;
}

/** A key of the configuration. */
export interface Setting extends SettingNotes {
  /** The section, "" at the top. */
  readonly section: string;
  readonly key: string;
  /** `undefined` where it has none. */
  readonly default: unknown;
  /** Whether a section cannot be without it. */
  readonly required: boolean;
  /** The type of its value in the file. */
  readonly type: "string" | "number" | "boolean" | "list";
}

/** A schema with notes on it. */
function noted<const S extends v.GenericSchema>(schema: S, notes: SettingNotes) {
  return v.pipe(schema, v.metadata({ notes }));
}

/** A setting with a default. */
export function setting<const S extends v.GenericSchema, const D extends v.InferInput<S>>(
  schema: S,
  notes: SettingNotes & { readonly default: D },
) {
  return v.optional(noted(schema, notes), notes.default);
}

/** A setting that may be absent. */
export function openSetting<const S extends v.GenericSchema>(schema: S, notes: SettingNotes) {
  return v.optional(noted(schema, notes));
}

/** A setting that its section cannot be without. */
export function requiredSetting<const S extends v.GenericSchema>(schema: S, notes: SettingNotes) {
  return noted(schema, notes);
}

/** A whole number from `min` to `max`, with its notes. */
export function wholeNumber(
  range: { readonly min: number; readonly max: number; readonly default: number },
  notes: Omit<SettingNotes, "expected">,
) {
  const { min, max } = range;
  return setting(v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)), {
    expected: `a whole number from ${min} to ${max}`,
    default: range.default,
    ...notes,
  });
}

/** A length of time from 0 (exclusive) to `max`, fractions allowed, in the unit that ends the key's name. */
export function duration(
  range: { readonly max: number; readonly default: number },
  notes: Omit<SettingNotes, "expected">,
) {
  const { max } = range;
  return setting(v.pipe(v.number(), v.gtValue(0), v.maxValue(max)), {
    expected: `a number over 0, at most ${max}`,
    default: range.default,
    ...notes,
  });
}

/** A section, or the table of one route. */
export type SectionSchema = v.ObjectSchema<v.ObjectEntries, undefined>;

/** The settings of a section, in the order in which they were written down. */
export function settingsOf(section: string, schema: SectionSchema): readonly Setting[] {
  return Object.entries(schema.entries).map(([key, entry]) => {
    const optional = entry.type === "optional";
    const inner = optional ? (entry as v.OptionalSchema<v.GenericSchema, unknown>).wrapped : entry as v.GenericSchema;
    const { notes } = v.getMetadata(inner) as { notes: SettingNotes };
    return {
      ...notes,
      section,
      key,
      default: optional ? (entry as v.OptionalSchema<v.GenericSchema, unknown>).default : undefined,
      required: !optional,
      type: valueType(inner.type),
    };
  });
}

function valueType(type: string): Setting["type"] {
  if (type === "number" || type === "boolean") return type;
  return type === "array" ? "list" : "string";
}
