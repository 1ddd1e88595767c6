/** How a client's frames are written, and the gateway's read. */
import type { ClientFrame } from "../domain/frame.ts";
import type { ServerJson } from "../schema/json/server_json.ts";

/** A frame of the gateway. */
export interface ReceivedFrame {
  /** The frame, as docs/protocol.md shows it. */
  readonly frame: ServerJson;
  /** The frame's JSON text, in which numbers of any size keep their digits. */
  readonly source: string;
}

/** One of the gateway's subprotocols, as clients speak it: {@linkcode jsonClientCodec}, or that of `./client/capnp`. */
export interface ClientCodec {
  /** The WebSocket subprotocol. */
  readonly subprotocol: string;
  /** One WebSocket message of some frames, at least one. Throws `SyntaxError` where a JSON payload is none. */
  encode(frames: readonly ClientFrame[]): string | Uint8Array<ArrayBuffer>;
  /** The frames of a WebSocket message, in order. Throws where the message holds none. */
  decode(message: string | ArrayBuffer): readonly ReceivedFrame[];
}
