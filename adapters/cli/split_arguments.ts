/** Takes a command's arguments apart: positionals and options, none of them judged beyond the grammar. */
import { parseArgs } from "node:util";
import { nearestName } from "../config/nearest_name.ts";
import { quoted } from "../telemetry/printable.ts";
import type { Option } from "./options.ts";

/** The parts of a command line. */
export interface SplitArguments {
  readonly positionals: readonly string[];
  /** The values of an option in order: one where it is not `multiple`; none where it is absent. */
  values(name: string): readonly string[];
  /** Whether an option without a value is there. */
  has(name: string): boolean;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Splits the arguments by the options of a command. `--` ends the options; `-` is a positional.
 *
 * @throws {UsageError} on an unknown option, a value too many or too few
 */
export function splitArguments(args: readonly string[], options: Readonly<Record<string, Option>>): SplitArguments {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { value, short }]) => {
      return [name, { type: value ? "string" as const : "boolean" as const, ...(short ? { short } : {}) }];
    }),
  );
  // Not strict: the messages of strict mode name no nearest option and differ from one runtime to another.
  const { tokens } = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const found = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) throw new UsageError(unknownOption(token.rawName, options));
    const flag = `--${token.name}`;
    const values = found.get(token.name) ?? [];
    if (values.length > 0 && !option.multiple) throw new UsageError(`Option ${flag} is there twice`);
    if (option.value === undefined && token.value !== undefined) throw new UsageError(`Option ${flag} takes no value`);
    if (option.value !== undefined && (token.value === undefined || swallowed(token, options))) {
      throw new UsageError(`Option ${flag} needs a value: ${flag} ${option.value}`);
    }
    found.set(token.name, [...values, token.value ?? ""]);
  }
  return { positionals, values: (name) => found.get(name) ?? [], has: (name) => found.has(name) };
}

/** Whether what was taken for a value is the next option; a value that looks like one is given as `--name=value`. */
function swallowed(
  token: { value?: string; inlineValue?: boolean },
  options: Readonly<Record<string, Option>>,
): boolean {
  const name = token.value?.replace(/^--/, "").split("=", 1)[0] ?? "";
  return token.inlineValue === false && token.value?.startsWith("--") === true && Object.hasOwn(options, name);
}

function unknownOption(rawName: string, options: Readonly<Record<string, Option>>): string {
  const near = nearestName(rawName.replace(/^-+/, ""), Object.keys(options));
  return `Unknown option ${quoted(rawName)}` + (near === undefined ? "" : `; did you mean --${near}?`);
}
