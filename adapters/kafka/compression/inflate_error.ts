/** Why compressed bytes could not be made readable. */
export class InflateError extends Error {
  override readonly name = "InflateError";

  /** @param kind `corrupt`: not what the codec says; `too_large`: over the bound; `unsupported`: no such codec */
  constructor(readonly kind: "corrupt" | "too_large" | "unsupported", message: string) {
    super(message);
  }
}

/** The error of bytes that are not what their codec says. */
export function corrupt(codec: string, expected: string): InflateError {
  return new InflateError("corrupt", `Cannot inflate ${codec} batch: expected ${expected}`);
}

/** The error of bytes that grow over the bound. */
export function tooLarge(codec: string, maxBytes: number): InflateError {
  return new InflateError("too_large", `Cannot inflate ${codec} batch: expected at most ${maxBytes} bytes`);
}
