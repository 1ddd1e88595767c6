import { disconnect } from "../../domain/disconnect.ts";
import type { Codec } from "../../domain/ports/codec.ts";

/**
 * A codec for clients that speak no frames of Tidegate: each frame is a WebSocket message of its own, as it is.
 *
 * A gateway cannot be run on it: what a client sends decodes to the end of its connection.
 */
export function rawCodec({ subprotocol, binary }: { subprotocol: string; binary: boolean }): Codec {
  return {
    name: "raw",
    subprotocol,
    binary,
    decode: () => [{ kind: "fatal", disconnect: disconnect("bad_frame", "raw messages hold no frames") }],
    encode(frame) {
      throw new TypeError(`Cannot encode a frame ${frame.type} raw: only bytes are sent as they are`);
    },
    join: ([frame]) => frame!,
    // None are joined: it keeps two empty messages apart, as they would be none together.
    separatorBytes: 1,
  };
}

/** The limit of a message with which an outbox never takes two frames at once. */
export const ONE_FRAME_A_MESSAGE = 1;
