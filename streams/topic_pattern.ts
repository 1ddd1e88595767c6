/**
 * Makes a test of names by a pattern, for `when` and for filters. Names are parts between `.`, `:` or `/`: `*` stands for one part, `**` at the end
 * for one or more, everything else for itself, case and separators included. A test takes time in proportion to the name's length.
 *
 * @throws {TypeError} where `*` is only a part of a part, or `**` is not at the end
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { topicPattern } from "@tidegate/tidegate/streams";
 *
 * const isOrder = topicPattern("orders.*.eu");
 * assertEquals(["orders.new.eu", "orders.new.us", "orders.eu"].map(isOrder), [true, false, false]);
 * const isChat = topicPattern("chat:**");
 * assertEquals(["chat:lobby", "chat:a.b", "chat:"].map(isChat), [true, true, false]);
 * ```
 */
export function topicPattern(pattern: string): (name: string) => boolean {
  const parts = pattern.split(SEPARATOR);
  // Parts are at even places, the separators between them at odd ones.
  const wrong = parts.find((part, at) =>
    part.includes("*") && part !== "*" && !(part === "**" && at === parts.length - 1)
  );
  if (wrong !== undefined || pattern === "") {
    throw new TypeError(
      `Cannot match names by pattern ${
        JSON.stringify(pattern)
      }: expected parts between . : or /, each a text, * or, at the end, **`,
    );
  }
  const isOpen = parts.at(-1) === "**";
  const fixed = isOpen ? parts.slice(0, -1) : parts;
  return (name) => {
    const found = name.split(SEPARATOR);
    if (isOpen ? found.length <= fixed.length : found.length !== fixed.length) return false;
    if (isOpen && found[fixed.length] === "") return false;
    return fixed.every((part, at) => part === "*" ? found[at] !== "" : part === found[at]);
  };
}

const SEPARATOR = /([.:/])/;
