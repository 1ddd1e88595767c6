/** The codec of `tidegate.v1.capnp`: one or more Cap'n Proto messages, back to back, a WebSocket message. */
import { disconnect } from "../../domain/disconnect.ts";
import type { Decoded } from "../../domain/frame.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import { MAX_FRAMES, TOO_MANY_FRAMES } from "../client_frames.ts";
import { SUBPROTOCOLS } from "../subprotocols.ts";
import { concatenate } from "./concatenate.ts";
import { decodeFrame } from "./decode_frame.ts";
import { encodeFrame } from "./encode_frame.ts";
import { messageAt, sourceOf } from "./framing.ts";
import { Malformed } from "./malformed.ts";

/**
 * Frames as Cap'n Proto, by `schema/gateway.capnp`.
 *
 * - `decode` takes bytes in the standard unpacked stream framing, of one segment or several. Each message passes a validator before
 *   it is read; what does not, or has a text that is not UTF-8, is fatal. What is wrong with a frame's values refuses only that frame,
 *   as the JSON codec does, and so does a union member that this version does not know. Bytes in a frame are views of the message.
 * - `encode` writes one message of one segment; `join` puts messages back to back.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { capnpCodec } from "./capnp_codec.ts";
 *
 * const ping = new Uint8Array(5 * 8);
 * ping.set([0, 0, 0, 0, 4, 0, 0, 0]); // one segment of 4 words
 * ping.set([0, 0, 0, 0, 1, 0, 1, 0], 8); // a struct of a word and a pointer
 * ping.set([7, 0, 0, 0, 6, 0, 0, 0], 16); // id 7, union member 6
 * assertEquals(capnpCodec.decode(ping), [{ kind: "frame", frame: { type: "ping", id: 7 } }]);
 * ```
 */
export const capnpCodec: Codec = {
  name: "capnp",
  subprotocol: SUBPROTOCOLS.capnp,
  binary: true,
  decode: decodeMessage,
  encode: encodeFrame,
  join: concatenate,
  separatorBytes: 0,
};

function decodeMessage(message: string | Uint8Array): readonly Decoded[] {
  if (typeof message === "string") {
    return [fatal(`Cannot decode a text message of ${message.length} characters: expected a binary one`)];
  }
  const source = sourceOf(message);
  const decoded: Decoded[] = [];
  try {
    for (let at = 0; at < message.length;) {
      if (decoded.length === MAX_FRAMES) return [...decoded, TOO_MANY_FRAMES];
      const { segment, next } = messageAt(source, at);
      decoded.push(decodeFrame(segment));
      at = next;
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    decoded.push(fatal(`Cannot decode frame ${decoded.length + 1} of a message: ${error.message}`));
  }
  return decoded;
}

function fatal(detail: string): Decoded {
  return { kind: "fatal", disconnect: disconnect("bad_frame", detail) };
}
