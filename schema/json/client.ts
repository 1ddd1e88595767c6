/** The client's end of `tidegate.v1.json`, for the command line and for tests. */
import type { ClientFrame, PublishFrame } from "../../domain/frame.ts";
import { normaliseJson } from "../../domain/json_text.ts";
import { isJsonObject } from "../plain_values.ts";
import type { ServerJson } from "./server_json.ts";

/**
 * The frames of one WebSocket message from the server, in order, as they stand on the wire. Throws `SyntaxError` where a line
 * is no JSON object. Numbers in payloads are JavaScript's: those over 2^53 lose digits here, though not on the wire.
 */
export function decodeServerFrames(message: string): ServerJson[] {
  return message.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const value: unknown = JSON.parse(line);
    if (isJsonObject(value)) return value as unknown as ServerJson;
    throw new SyntaxError(`Cannot read a frame of ${line.length} characters: expected a JSON object`);
  });
}

/**
 * One line, without its end. A JSON payload is written as it is, on one line; a text becomes a JSON string; bytes become `payload64`.
 * Throws `SyntaxError` where a JSON payload is no JSON, or deeper than the gateway takes.
 */
export function encodeClientFrame(frame: ClientFrame): string {
  if (frame.type === "connect") {
    const { type, ...connect } = frame;
    return JSON.stringify({ [type]: connect });
  }
  if (frame.type === "publish") return publishJson(frame);
  const { type, id, ...body } = frame;
  return JSON.stringify({ id, [type]: body });
}

function publishJson({ id, channel, messageId, payload, headers }: PublishFrame): string {
  const head = JSON.stringify({ channel, messageId, headers });
  const body = `${head.slice(0, -1)},${payloadMember(payload)}}`;
  return id === undefined ? `{"publish":${body}}` : `{"id":${id},"publish":${body}}`;
}

function payloadMember(payload: PublishFrame["payload"]): string {
  if (payload.kind === "bytes") return `"payload64":"${payload.bytes.toBase64()}"`;
  if (payload.kind === "text") return `"payload":${JSON.stringify(payload.text)}`;
  const text = normaliseJson(payload.text);
  if (text !== undefined) return `"payload":${text}`;
  throw new SyntaxError(
    `Cannot publish a JSON payload of ${payload.text.length} characters: it is no JSON, or too deep`,
  );
}
