import type { ClientFrame, ServerFrame } from "../domain/frame.ts";
import type { Codec } from "../domain/ports/codec.ts";
import { encodeClientFrame } from "../schema/json/client.ts";
import { jsonCodec } from "../schema/json/json_codec.ts";

/** The frame that bytes of the codec are: the same bytes go to all who get the frame. */
const frames = new WeakMap<Uint8Array, ServerFrame>();

/**
 * The codec of test clients: JSON as it goes over the wire, of its real size and with all of its checks, and the gateway's frames
 * can be had back as values.
 */
export const testCodec: Codec = {
  ...jsonCodec,
  encode(frame) {
    const bytes = jsonCodec.encode(frame);
    frames.set(bytes, frame);
    return bytes;
  },
};

/** The frame that bytes of {@linkcode testCodec} are. Throws where they are not its own. */
export function frameOf(bytes: Uint8Array): ServerFrame {
  const frame = frames.get(bytes);
  if (!frame) throw new TypeError(`Cannot tell the frame of ${bytes.length} bytes: the test codec did not encode them`);
  return frame;
}

/** One WebSocket message of some frames. Throws `SyntaxError` where a JSON payload is no JSON. */
export function messageOf(list: readonly ClientFrame[]): string {
  return list.map(encodeClientFrame).join("\n");
}
