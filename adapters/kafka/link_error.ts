/** Why a connection to a broker is of no use. */

/** A mistake that is mended by a change on one of the sides only. */
export type FatalMistake =
  /** The brokers refuse who the gateway says that it is, or how it says so. */
  | "authentication"
  /** One side does not trust the other's certificate. */
  | "certificate"
  /** TLS or SASL is configured on one side only. */
  | "protocol"
  /** The brokers are too old. */
  | "version";

/** A broker did not answer, or not in a way that can be used. */
export class LinkError extends Error {
  override readonly name = "LinkError";

  /** @param fatal set where trying again, without a change on either side, is of no use; the message has the way out then */
  constructor(message: string, readonly fatal: FatalMistake | undefined = undefined) {
    super(message);
  }
}
