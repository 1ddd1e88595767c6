/** A mistake that waiting does not mend. */

/** The log cannot be opened as it was configured. The message says what is wrong and the way out. */
export class KafkaStartError extends Error {
  /** Tells it from other errors. */
  override readonly name = "KafkaStartError";
}
