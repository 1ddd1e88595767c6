import type { Decoded, ServerFrame } from "../frame.ts";

/**
 * Frames to bytes and back: JSON or Cap'n Proto. Codecs agree on every frame.
 *
 * Pure; never throws on what a client sent.
 */
export interface Codec {
  /** Its name, such as `json`. */
  readonly name: string;
  /** The WebSocket subprotocol that asks for this codec. */
  readonly subprotocol: string;
  /** Whether WebSocket messages are binary. */
  readonly binary: boolean;
  /** The frames of one WebSocket message, in order; `fatal` is the last element where there is one. */
  decode(message: string | Uint8Array): readonly Decoded[];
  /** The bytes of one frame. They may be shared by many connections: never mutate them. */
  encode(frame: ServerFrame): Uint8Array;
  /** One WebSocket message that holds the frames. `frames` is not empty. May return its only element. */
  join(frames: readonly Uint8Array[]): Uint8Array;
  /** How many bytes `join` adds between two frames. */
  readonly separatorBytes: number;
}
