/** A WebSocket message of a client to frames. */
import { disconnect } from "../../domain/disconnect.ts";
import { failure } from "../../domain/failure.ts";
import type { Decoded, RequestId } from "../../domain/frame.ts";
import { FRAME_LEVELS, isTooDeep, MAX_JSON_DEPTH } from "../../domain/json_text.ts";
import { readJsonPayload } from "./json_payload.ts";
import { rawMember } from "./raw_member.ts";
import { FRAME_NAMES, isFrameName, MAX_FRAMES, readFrame, TOO_MANY_FRAMES } from "../client_frames.ts";
import { excerpt, isJsonObject, isUint32, type JsonObject } from "../plain_values.ts";

/** White space of JSON only: a line that says nothing. */
const BLANK = /^[ \t\r]*$/;

const MAX_DEPTH = MAX_JSON_DEPTH + FRAME_LEVELS;

/**
 * The frames of one message, in order. `fatal` where a line is not a JSON object, or stands behind {@linkcode MAX_FRAMES} frames; nothing
 * follows it. Never throws.
 */
export function decodeMessage(message: string | Uint8Array): readonly Decoded[] {
  if (typeof message !== "string") {
    return [fatal(`Cannot decode a binary message of ${message.length} bytes: expected text`)];
  }
  const decoded: Decoded[] = [];
  for (const line of message.split("\n")) {
    if (BLANK.test(line)) continue;
    if (decoded.length === MAX_FRAMES) return [...decoded, TOO_MANY_FRAMES];
    if (isTooDeep(line, MAX_DEPTH) && line.trimStart().startsWith("{")) {
      decoded.push(
        refused(idOf(line), `Cannot take a frame of JSON that is nested more than ${MAX_DEPTH} levels deep`),
      );
      continue;
    }
    const value = parse(line);
    if (!isJsonObject(value)) {
      decoded.push(fatal(`Cannot decode frame ${decoded.length + 1} of a message: expected a JSON object on one line`));
      break;
    }
    decoded.push(decodeLine(line, value));
  }
  return decoded;
}

function decodeLine(line: string, value: JsonObject): Decoded {
  const { id } = value;
  if (id !== undefined && !isUint32(id)) {
    return refused(undefined, `Cannot answer a frame with id ${excerpt(id)}: expected an integer from 1 to 4294967295`);
  }
  const keys = Object.keys(value);
  const names = keys.filter(isFrameName);
  const [name] = names;
  if (name === undefined) {
    const got = keys.filter((key) => key !== "id").slice(0, 3).map(excerpt).join(", ") || "no frame";
    const message = `Cannot tell what a frame with ${got} is: expected one of ${FRAME_NAMES}`;
    return { kind: "refused", id, failure: failure("unknown_frame", message) };
  }
  if (names.length > 1) {
    return refused(id, `Cannot carry out ${names.join(" and ")} in one frame: send a frame for each, one a line`);
  }
  const frame = readFrame(name, {
    id,
    body: value[name],
    payload: (fields) => readJsonPayload(fields, line),
  });
  return typeof frame === "string" ? refused(id, frame) : { kind: "frame", frame };
}

/** The id of a frame that is not parsed; `undefined` where it has none that counts. */
function idOf(line: string): RequestId {
  try {
    const id: unknown = JSON.parse(rawMember(line, ["id"])?.slice(0, 16) ?? "null");
    return isUint32(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function refused(id: RequestId, message: string): Decoded {
  return { kind: "refused", id, failure: failure("bad_request", message) };
}

function fatal(detail: string): Decoded {
  return { kind: "fatal", disconnect: disconnect("bad_frame", detail) };
}
