/** The protocols that the client commands speak. */
import type { ClientOptions } from "../cli/mod.ts";
import type { ClientFrame } from "../../domain/frame.ts";
import * as capnp from "../../schema/capnp/client.ts";
import * as capnpServer from "../../schema/capnp/decode_server_frames.ts";
import * as json from "../../schema/json/client.ts";
import { serverFrameJson } from "../../schema/json/server_frame_json.ts";
import type { ServerJson } from "../../schema/json/server_json.ts";
import { capnpCodec, jsonCodec } from "../../schema/mod.ts";

/** A frame of the gateway, and its JSON text. */
export interface ReceivedFrame {
  readonly frame: ServerJson;
  readonly text: string;
}

/** How a client's frames are written, and the gateway's read. */
export interface ClientProtocol {
  /** The WebSocket subprotocol. */
  readonly subprotocol: string;
  /** Whether WebSocket messages are binary. */
  readonly binary: boolean;
  /** One WebSocket message of some frames. */
  encode(frames: readonly ClientFrame[]): Uint8Array;
  /** The frames of a WebSocket message; throws where they are none. */
  decode(message: Uint8Array): ReceivedFrame[];
}

const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const PROTOCOLS: Readonly<Record<NonNullable<ClientOptions["protocol"]>, ClientProtocol>> = {
  json: {
    subprotocol: jsonCodec.subprotocol,
    binary: jsonCodec.binary,
    encode: (frames) => utf8.encode(frames.map(json.encodeClientFrame).join("\n")),
    decode: (message) => text.decode(message).split("\n").flatMap(receivedLine),
  },
  capnp: {
    subprotocol: capnpCodec.subprotocol,
    binary: capnpCodec.binary,
    encode: (frames) => capnpCodec.join(frames.map(capnp.encodeClientFrame)),
    // Through JSON, so that what is printed does not depend on the protocol.
    decode: (message) => capnpServer.decodeServerFrames(message).map(serverFrameJson).flatMap(receivedLine),
  },
};

/** The protocol of a command; JSON where it names none. */
export function clientProtocol({ protocol = "json" }: Pick<ClientOptions, "protocol">): ClientProtocol {
  return PROTOCOLS[protocol];
}

function receivedLine(line: string): ReceivedFrame[] {
  return json.decodeServerFrames(line).map((frame) => ({ frame, text: line }));
}
