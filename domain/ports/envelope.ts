import type { Payload } from "../publication.ts";

/** What the value of a record holds on a route with `value: "capnp"`. */
export interface Envelope {
  /** `null` is a tombstone, as a record without a value is. */
  readonly payload: Payload | null;
  /** The user that the gateway authenticated. */
  readonly sender?: string;
  /** The session that published it. */
  readonly session?: string;
  /** The client's own name for the message. */
  readonly messageId?: string;
  /** The headers that the client gave the message. */
  readonly headers?: Readonly<Record<string, string>>;
  /** On a sender's own copy of a direct message: the channel that it was sent to. */
  readonly to?: string;
}

/** Envelopes to the values of records and back. Pure. */
export interface EnvelopeFormat {
  /** The value of an envelope. May throw where it cannot be written. */
  write(envelope: Envelope): Uint8Array;
  /** The envelope of a value, which may be anyone's; `undefined` where it holds none. Never throws. */
  read(value: Uint8Array): Envelope | undefined;
}

/** The format of a gateway that was given none: for routes whose records hold their payloads as they are. */
export const NO_ENVELOPES: EnvelopeFormat = {
  write() {
    throw new TypeError('Cannot write a record of a route with value "capnp": the gateway was given no envelopes');
  },
  read: () => undefined,
};
