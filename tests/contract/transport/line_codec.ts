import type { Codec } from "../../../domain/ports/codec.ts";

/** A codec for transports, which only join: frames are lines of UTF-8, in text or in binary messages. */
export function lineCodec(options: { binary: boolean }): Codec {
  const { binary } = options;
  return {
    name: binary ? "capnp" : "json",
    subprotocol: binary ? "lines.binary" : "lines.text",
    binary,
    separatorBytes: 1,
    decode: () => [],
    encode: () => new Uint8Array(),
    join(frames) {
      const joined = new Uint8Array(frames.reduce((bytes, frame) => bytes + frame.length + 1, -1)).fill(10);
      let at = 0;
      for (const frame of frames) {
        joined.set(frame, at);
        at += frame.length + 1;
      }
      return joined;
    },
  };
}

const encoder = new TextEncoder();

/** A frame. */
export function line(text: string): Uint8Array {
  return encoder.encode(text);
}
