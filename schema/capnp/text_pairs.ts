/** Texts by name, as lists of texts that alternate: name, value, name, value. */

/** The list of some texts by name. */
export function toPairs(texts: Readonly<Record<string, string>>): string[] {
  return Object.entries(texts).flat();
}

/**
 * The texts of a list, by name; the last of equal names counts, as in JSON. It has no prototype, so that no name means anything else than
 * itself. The list itself where it ends within a pair.
 */
export function fromPairs(list: readonly string[]): Readonly<Record<string, string>> | readonly string[] {
  if (list.length % 2 !== 0) return list;
  const texts = Object.create(null) as Record<string, string>;
  for (let at = 0; at < list.length; at += 2) texts[list[at]!] = list[at + 1]!;
  return texts;
}
