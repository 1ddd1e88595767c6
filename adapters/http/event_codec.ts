/** Frames as server-sent events. */
import type { ServerFrame } from "../../domain/frame.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import { concatenate } from "../../schema/capnp/concatenate.ts";
import { jsonCodec } from "../../schema/mod.ts";
import { serverFrameJson } from "../../schema/json/server_frame_json.ts";

const utf8 = new TextEncoder();

/** The frame that bytes of these codecs stand for, where a stream has to know it. */
const meanings = new WeakMap<Uint8Array, ServerFrame>();

/**
 * The codec of a stream of one channel: what it asks for is JSON, and each frame is one event. Its `id` is the cursor, its `event` the
 * name of the frame, and its `data` what stands beside that name in JSON, on one line.
 */
export const eventCodec: Codec = codec({
  name: "events",
  text: (frame) => idLine(cursorOf(frame)) + eventText(frame),
  isMeant: ({ type }) => type === "connected" || type === "error",
});

/** The codec of a stream of several channels: its events have no `id`, which depends on the stream. */
export const unnumberedEventCodec: Codec = codec({
  name: "events of several channels",
  text: eventText,
  isMeant: () => true,
});

/** What bytes of the codecs mean: every frame of {@linkcode unnumberedEventCodec}; of the other, `connected` and `error`. */
export function meaningOf(bytes: Uint8Array): ServerFrame | undefined {
  return meanings.get(bytes);
}

/** The line that gives an event its id; none where there is no id. */
export function idLine(id: string | undefined): string {
  return id === undefined ? "" : `id: ${id}\n`;
}

/** One event that is no frame. */
export function plainEvent(event: string, data: unknown): Uint8Array {
  return utf8.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** What stands beside the name of a frame in its JSON. */
export function frameBody(frame: ServerFrame): string {
  const json = serverFrameJson(frame);
  const name = `"${frame.type}":`;
  // Before it there is nothing but the id, a number.
  return json.slice(json.indexOf(name) + name.length, -1);
}

/** Where its channel is to go on from after a frame; `undefined` where the frame says nothing of that. */
export function cursorOf(frame: ServerFrame): string | undefined {
  if (frame.type === "publication") return frame.publication.cursor;
  return hasCursor(frame) ? frame.cursor : undefined;
}

/** The channel of a frame that has a cursor. */
export function channelOf(frame: ServerFrame): string | undefined {
  if (frame.type === "publication") return frame.publication.channel;
  return hasCursor(frame) ? frame.channel : undefined;
}

function hasCursor(frame: ServerFrame): frame is Extract<ServerFrame, { type: "subscribed" | "gap" | "skipped" }> {
  return frame.type === "subscribed" || frame.type === "gap" || frame.type === "skipped";
}

/** An event called `error` would look like a broken connection to an `EventSource`. */
function eventText(frame: ServerFrame): string {
  const retry = frame.type === "draining" ? `retry: ${frame.reconnectAfterMs}\n` : "";
  const event = frame.type === "error" ? "refused" : frame.type;
  return `${retry}event: ${event}\ndata: ${frameBody(frame)}\n\n`;
}

function codec(
  { name, text, isMeant }: {
    readonly name: string;
    readonly text: (frame: ServerFrame) => string;
    readonly isMeant: (frame: ServerFrame) => boolean;
  },
): Codec {
  return {
    name,
    subprotocol: "",
    binary: false,
    separatorBytes: 0,
    decode: (message) => jsonCodec.decode(message),
    encode(frame) {
      const bytes = utf8.encode(text(frame));
      if (isMeant(frame)) meanings.set(bytes, frame);
      return bytes;
    },
    join: concatenate,
  };
}
