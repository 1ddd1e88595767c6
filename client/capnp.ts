/**
 * The codec of clients that speak Cap'n Proto: `connect(url, { codec: capnpClientCodec })`.
 *
 * @module
 */
import { concatenate } from "../schema/capnp/concatenate.ts";
import { encodeClientFrame } from "../schema/capnp/client.ts";
import { decodeServerFrames } from "../schema/capnp/decode_server_frames.ts";
import { decodeServerFrames as parseServerFrames } from "../schema/json/client.ts";
import { serverFrameJson } from "../schema/json/server_frame_json.ts";
import { SUBPROTOCOLS } from "../schema/subprotocols.ts";
import type { ClientCodec } from "./codec.ts";

/** Speaks `tidegate.v1.capnp`. */
export const capnpClientCodec: ClientCodec = {
  subprotocol: SUBPROTOCOLS.capnp,
  encode: (frames) => concatenate(frames.map(encodeClientFrame)) as Uint8Array<ArrayBuffer>,
  decode(message) {
    if (typeof message === "string") throw new TypeError("Cannot read a text message: expected Cap'n Proto");
    // Through JSON, so that what a program gets does not depend on the protocol.
    return decodeServerFrames(new Uint8Array(message)).map(serverFrameJson).flatMap((source) =>
      parseServerFrames(source).map((frame) => ({ frame, source }))
    );
  },
};
