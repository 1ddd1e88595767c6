/** Frames to bytes, once a codec however many connections they are for. */
import type { ServerFrame } from "./frame.ts";
import type { Codec } from "./ports/codec.ts";

/** The bytes of a frame in any codec; each is made when it is first asked for, and then kept. */
export function encodeOnce(frame: ServerFrame): (codec: Codec) => Uint8Array {
  let last: Codec | undefined;
  let bytes: Uint8Array | undefined;
  let others: Map<Codec, Uint8Array> | undefined;
  return (codec) => {
    if (codec === last) return bytes!;
    if (last) (others ??= new Map()).set(last, bytes!);
    last = codec;
    return bytes = others?.get(codec) ?? codec.encode(frame);
  };
}
