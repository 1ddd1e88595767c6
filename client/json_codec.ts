import { decodeServerFrames, encodeClientFrame } from "../schema/json/client.ts";
import { SUBPROTOCOLS } from "../schema/subprotocols.ts";
import type { ClientCodec } from "./codec.ts";

/** Speaks `tidegate.v1.json`. */
export const jsonClientCodec: ClientCodec = {
  subprotocol: SUBPROTOCOLS.json,
  encode: (frames) => frames.map(encodeClientFrame).join("\n"),
  decode(message) {
    if (typeof message !== "string") throw new TypeError("Cannot read a binary message: expected JSON text");
    return message.split("\n").flatMap((source) => decodeServerFrames(source).map((frame) => ({ frame, source })));
  },
};
