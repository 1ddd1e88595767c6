import type { PublicationJson } from "../schema/json/server_json.ts";

/** A message on a channel, as a program gets it. */
export interface Publication {
  /** Where the message was published. */
  readonly channel: string;
  /** Where to go on from after this publication: `channel(name, { since: cursor })`. Opaque. */
  readonly cursor: string;
  /** The user whom the gateway authenticated; absent where another producer wrote the record and named none. */
  readonly sender?: string;
  /** The sender's name for the message. */
  readonly messageId?: string;
  /** The record's timestamp, in milliseconds since 1970. */
  readonly time: number;
  /** The JSON value, the text of a text channel, or a `Uint8Array` of a bytes channel; `null` where the message was deleted. */
  readonly payload: unknown;
  /** Whether the record is a tombstone. */
  readonly deleted: boolean;
  /** The headers that the sender gave the message. */
  readonly headers: Readonly<Record<string, string>>;
  /** On a sender's own copy of a direct message: the channel that it was sent to. */
  readonly to?: string;
  /** The publication as the gateway wrote it, in JSON, where numbers of any size keep their digits. */
  readonly source: string;
}

const NO_HEADERS: Readonly<Record<string, string>> = {};

/** A publication of the wire. */
export function publicationOf(json: PublicationJson, source: string): Publication {
  const { payload64, deleted = false, headers = NO_HEADERS, ...rest } = json;
  const payload = payload64 === undefined ? rest.payload ?? null : fromBase64(payload64);
  return { ...rest, payload, deleted, headers, source };
}

/** `Uint8Array.fromBase64` is not in every browser yet. */
function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
