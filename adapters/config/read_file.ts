/** The configuration file, as a table. */
import { parse, TomlError } from "smol-toml";
import type { Mistake } from "./configuration_error.ts";
import type { Table } from "./validate_section.ts";

/** The file that is read where none is named, if it exists. */
export const DEFAULT_FILE = "config.toml";

/** Reads the text of a file; throws `Deno.errors.NotFound` where there is none, and what it likes where it cannot. */
export type ReadTextFile = (path: string) => string;

/** The table of a file with its path, or why there is none. Never throws. */
export function readFile(
  path: string | undefined,
  readTextFile: ReadTextFile,
): { readonly path: string; readonly table: Table; readonly mistakes: readonly Mistake[] } {
  const name = path ?? DEFAULT_FILE;
  let text: string;
  try {
    text = readTextFile(name);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    if (missing && path === undefined) return { path: name, table: {}, mistakes: [] };
    const reason = missing ? "there is no such file" : error instanceof Error ? error.message : String(error);
    return {
      path: name,
      table: {},
      mistakes: [{ path: name, message: `cannot read the configuration file: ${reason}` }],
    };
  }
  try {
    return { path: name, table: parse(text.replace(/^\ufeff/, "")), mistakes: [] };
  } catch (error) {
    return { path: name, table: {}, mistakes: [tomlMistake(name, error)] };
  }
}

function tomlMistake(name: string, error: unknown): Mistake {
  // The first line only: those after it show the file, which may hold a secret.
  const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
  const place = error instanceof TomlError ? `${name}:${error.line}:${error.column}` : name;
  return { path: place, message: reason.replace(/^Invalid TOML document: /, "not TOML: ") };
}
