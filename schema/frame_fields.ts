/** The fields of one client frame. */
import { excerpt, isUint32, type JsonObject } from "./plain_values.ts";

/** What is wrong with a field. */
export interface Problem {
  /** Which field. */
  readonly what: string;
  /** What the client gave, as it was parsed. */
  readonly got: unknown;
  readonly expected: string;
}

/**
 * Reads typed fields and remembers the first that is wrong, so that a frame is built in one expression and judged once at its end:
 * until {@linkcode problem} was looked at, what was read is not to be used.
 */
export class FrameFields {
  readonly #action: string;
  readonly #body: JsonObject;
  #problem: string | undefined;

  /** @param action what the client wants, for messages: "subscribe" */
  constructor(action: string, body: JsonObject) {
    this.#action = action;
    this.#body = body;
  }

  /** What is wrong: the first field that was, what it is and what was expected; `undefined` where all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Says that a field is wrong. */
  refuse({ what, got, expected }: Problem): void {
    this.#problem ??= `Cannot ${this.#action}: ${what} is ${excerpt(got)}, expected ${expected}`;
  }

  /** Whether the client gave a field. */
  has(name: string): boolean {
    return Object.hasOwn(this.#body, name);
  }

  /** A text that must be there; "" where it is wrong. */
  text(name: string): string {
    const value = this.#body[name];
    if (typeof value === "string") return value;
    this.refuse({ what: name, got: value, expected: "a string" });
    return "";
  }

  /** A text that may be there, as a field of the same name: `{}` where it is absent. */
  optionalText<Name extends string>(name: Name): { readonly [key in Name]?: string } {
    return this.has(name) ? field(name, this.text(name)) : {};
  }

  /** An integer from 1 to 2^32-1 that may be there, as a field of the same name. */
  optionalCount<Name extends string>(name: Name): { readonly [key in Name]?: number } {
    if (!this.has(name)) return {};
    const value = this.#body[name];
    if (isUint32(value)) return field(name, value);
    this.refuse({ what: name, got: value, expected: "an integer from 1 to 4294967295" });
    return {};
  }

  /** The value of a field, of any type. */
  value(name: string): unknown {
    return this.#body[name];
  }
}

/** An object of one field; the caller spreads it. */
export function field<Name extends string, Value>(name: Name, value: Value): { readonly [key in Name]: Value } {
  return { [name]: value } as { readonly [key in Name]: Value };
}
