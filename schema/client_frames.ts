/** The body of each client frame, from plain values: what every codec checks alike. */
import { disconnect } from "../domain/disconnect.ts";
import type { ClientFrame, ConnectFrame, Decoded, RequestId } from "../domain/frame.ts";
import type { Payload } from "../domain/publication.ts";
import { FrameFields } from "./frame_fields.ts";
import { isJsonObject } from "./plain_values.ts";
import { readPublish } from "./publish_frame.ts";
import { readTexts } from "./text_map.ts";

/** What a client wants with each frame that it may send, for messages. */
export const ACTIONS = {
  connect: "connect",
  subscribe: "subscribe",
  unsubscribe: "unsubscribe",
  publish: "publish",
  history: "look at the history",
  presence: "see who is present",
  ping: "ping",
  refresh: "refresh",
} as const satisfies Record<ClientFrame["type"], string>;

/**
 * One message has no more frames than this: they are all begun in one turn of the event loop, and 64 KiB have room for twenty thousand
 * that are wrong. Frames that say something are seldom so short that they come near.
 */
export const MAX_FRAMES = 1_024;

/** Stands behind the last frame of a message that has too many. */
export const TOO_MANY_FRAMES: Decoded = {
  kind: "fatal",
  disconnect: disconnect("limit_exceeded", `over ${MAX_FRAMES} frames in a message`),
};

/** The names of all frames, for messages. */
export const FRAME_NAMES: string = Object.keys(ACTIONS).join(", ");

/** Whether a key names a client frame. */
export function isFrameName(key: string): key is ClientFrame["type"] {
  return Object.hasOwn(ACTIONS, key);
}

/** The parts that make a frame. */
export interface FrameParts {
  readonly id: RequestId;
  /** The fields of the frame. */
  readonly body: unknown;
  /** Reads the payload of a publish, and tells `fields` where it is wrong: each codec has it in a form of its own. */
  readonly payload: (fields: FrameFields) => Payload;
}

/** The frame, or what is wrong with it. */
export function readFrame(name: ClientFrame["type"], { id, body, payload }: FrameParts): ClientFrame | string {
  const fields = new FrameFields(ACTIONS[name], isJsonObject(body) ? body : {});
  if (!isJsonObject(body)) fields.refuse({ what: name, got: body, expected: "an object" });
  const frame = read();
  return fields.problem ?? frame;

  function read(): ClientFrame {
    switch (name) {
      case "connect":
        // An answer would be owed to the id, and `connected` has none.
        if (id !== undefined) fields.refuse({ what: "id", got: id, expected: "none: connected answers a connect" });
        return readConnect(fields);
      case "publish":
        return readPublish(fields, { id, payload });
      case "subscribe":
        return { type: name, id, channel: fields.text("channel"), ...fields.optionalText("since") };
      case "history": {
        const look = { ...fields.optionalCount("limit"), ...fields.optionalText("before") };
        return { type: name, id, channel: fields.text("channel"), ...look };
      }
      case "unsubscribe":
      case "presence":
        return { type: name, id, channel: fields.text("channel") };
      case "ping":
        return { type: name, id };
      case "refresh":
        return { type: name, id, token: fields.text("token") };
    }
  }
}

function readConnect(fields: FrameFields): ConnectFrame {
  return {
    type: "connect",
    ...fields.optionalText("token"),
    ...fields.optionalText("resume"),
    ...readTexts(fields, { name: "since", expected: "an object of a cursor for each channel" }),
    ...fields.optionalCount("maxMessageBytes"),
  };
}
