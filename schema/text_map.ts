/** A field that is an object of texts. */
import { field, type FrameFields, type Problem } from "./frame_fields.ts";
import { excerpt, isJsonObject } from "./plain_values.ts";

/** What is asked of an object of texts. */
export interface TextMap<Name extends string> {
  /** The name of the field. */
  readonly name: Name;
  /** What is expected of it, for messages. */
  readonly expected: string;
  /** How many entries it may have. */
  readonly most?: number;
  /** Says what is wrong with an entry; `undefined` where it is well. */
  readonly judge?: (key: string, text: string) => Problem | undefined;
}

/**
 * An object of texts that may be there, as a field of the same name: `{}` where it is absent. It has no prototype, so that no key
 * of a client's, `__proto__` and `constructor` among them, means anything else than itself.
 */
export function readTexts<Name extends string>(
  fields: FrameFields,
  { name, expected, most = Infinity, judge }: TextMap<Name>,
): { readonly [key in Name]?: Readonly<Record<string, string>> } {
  if (!fields.has(name)) return {};
  const value = fields.value(name);
  if (!isJsonObject(value)) {
    fields.refuse({ what: name, got: value, expected });
    return {};
  }
  const entries = Object.entries(value);
  if (entries.length > most) {
    fields.refuse({ what: `the number of ${name}`, got: entries.length, expected: `at most ${most}` });
    return {};
  }
  const texts = Object.create(null) as Record<string, string>;
  for (const [key, text] of entries) {
    const problem = typeof text === "string"
      ? judge?.(key, text)
      : { what: `${name}[${excerpt(key)}]`, got: text, expected: "a string" };
    if (problem) {
      fields.refuse(problem);
      return {};
    }
    texts[key] = text as string;
  }
  return field(name, texts);
}
