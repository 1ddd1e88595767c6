/** A message on a channel, as subscribers see it. */
import type { Channel } from "./channel.ts";

/** What a message carries. */
export type Payload =
  /** Valid JSON text without CR and LF, never re-written: numbers of any size survive. */
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** A record of the log, seen as a message on a channel. */
export interface Publication {
  /** Where the message was published. */
  readonly channel: Channel;
  /** Where to go on from after this publication (`domain/cursor.ts`). */
  readonly cursor: string;
  /** The user that the gateway authenticated, or what a foreign producer said; absent where there is none. */
  readonly sender?: string;
  /** The client's own name for the message; absent where it had none. */
  readonly messageId?: string;
  /** The record's timestamp, in milliseconds since 1970. */
  readonly time: number;
  /** `null` is a tombstone: the message was deleted. */
  readonly payload: Payload | null;
  /** The record's other headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** On a sender's own copy of a direct message: the channel that it was sent to. */
  readonly to?: Channel;
}

/** About how many bytes the payload of a publication has: a text counts one for each UTF-16 code unit. */
export function payloadBytes({ payload }: Pick<Publication, "payload">): number {
  if (payload === null) return 0;
  return payload.kind === "bytes" ? payload.bytes.length : payload.text.length;
}

/** About how many bytes a frame has besides its payload. */
const AROUND_BYTES = 256;

/** Publications in groups of at most about so many bytes of frames, each a publication at least; in order, none where there are none. */
export function portionsOf(publications: readonly Publication[], bytes: number): readonly (readonly Publication[])[] {
  const portions: Publication[][] = [];
  let room = 0;
  for (const publication of publications) {
    const size = AROUND_BYTES + payloadBytes(publication);
    if (size > room || portions.length === 0) {
      portions.push([]);
      room = bytes;
    }
    portions.at(-1)!.push(publication);
    room -= size;
  }
  return portions;
}
