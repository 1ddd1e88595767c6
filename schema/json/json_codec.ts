/** The codec of `tidegate.v1.json`: one JSON object a line, one or more lines a WebSocket message. */
import type { Codec } from "../../domain/ports/codec.ts";
import { utf8Bytes } from "../../domain/utf8.ts";
import { SUBPROTOCOLS } from "../subprotocols.ts";
import { decodeMessage } from "./decode_message.ts";
import { serverFrameJson } from "./server_frame_json.ts";

const NEWLINE = 0x0a;

/**
 * Frames as JSON text.
 *
 * - `decode` takes text; lines may end in `\r\n`, and blank lines are skipped. A line that is not a JSON object is fatal, what is
 *   wrong inside of one refuses only that frame. The payload of a publish is kept as the client wrote it.
 * - `encode` writes one line without CR or LF and without a line end; `join` puts line ends between frames.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jsonCodec } from "./json_codec.ts";
 *
 * assertEquals(jsonCodec.decode('{"id":7,"ping":{}}'), [{ kind: "frame", frame: { type: "ping", id: 7 } }]);
 * assertEquals(new TextDecoder().decode(jsonCodec.encode({ type: "pong", id: 7 })), '{"id":7,"pong":{}}');
 * ```
 */
export const jsonCodec: Codec = {
  name: "json",
  subprotocol: SUBPROTOCOLS.json,
  binary: false,
  decode: decodeMessage,
  encode: (frame) => utf8Bytes(serverFrameJson(frame)),
  join: joinLines,
  separatorBytes: 1,
};

function joinLines(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  if (only && frames.length === 1) return only;
  const message = new Uint8Array(frames.reduce((size, frame) => size + frame.length + 1, -1));
  let at = 0;
  for (const frame of frames) {
    if (at > 0) message[at++] = NEWLINE;
    message.set(frame, at);
    at += frame.length;
  }
  return message;
}
