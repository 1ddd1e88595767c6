/** What is wrong with a configuration. */
import { quoted } from "../telemetry/printable.ts";

/** One thing to mend. */
export interface Mistake {
  /** Where: `http.port`, `routes[0].topic`, or the name of the file. */
  readonly path: string;
  /** What was expected and what was there; never the value of a secret. */
  readonly message: string;
}

/** A configuration that cannot be used. Its message lists every mistake, one a line. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(readonly mistakes: readonly Mistake[]) {
    super([
      `Cannot use this configuration: ${mistakes.length} ${mistakes.length === 1 ? "mistake" : "mistakes"}`,
      ...mistakes.map(({ path, message }) => `  ${path}: ${message}`),
    ].join("\n"));
  }
}

/** A value for a message: shown where it is one, told by its kind where it holds others or is a secret. */
export function valueText(value: unknown, options: { readonly secret: boolean }): string {
  switch (typeof value) {
    case "string":
      return options.secret ? `a text of ${value.length} characters` : quoted(value);
    case "number":
    case "boolean":
      return options.secret ? `a ${typeof value}` : String(value);
    case "object":
      if (value instanceof Date) return "a date";
      return Array.isArray(value) ? "a list" : "a section";
    default:
      return "nothing";
  }
}
