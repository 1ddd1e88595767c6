/** Messages as pipelines see them, and what pipelines say of the messages that they make. */
import { isTooDeep, MAX_JSON_DEPTH, normaliseJson } from "./json_text.ts";
import type { Payload } from "./publication.ts";
import { isReservedHeader } from "./record_names.ts";

/** What a message holds. One of `json`, `text`, `bytes` and `payload`, as on the route that it is for. */
export interface Content {
  /** Any value that JSON can say; on a `text` route a string. */
  readonly json?: unknown;
  /** A text; on a `json` route it becomes a JSON string. */
  readonly text?: string;
  /** Bytes; only on a `bytes` route. */
  readonly bytes?: Uint8Array;
  /** A payload as the gateway keeps it: JSON text in it keeps its numbers of any size. */
  readonly payload?: Payload | null;
  /** Names are neither `tidegate-*` nor `content-type`: those are the gateway's. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The payload of a message in the form that suits. `Json` is what its user takes the JSON to be: it is not checked. */
export abstract class MessageView<Json = unknown> {
  /** `null` is a tombstone: the message was deleted. */
  readonly payload: Payload | null;
  /** What goes with the payload: text by name. */
  readonly headers: Readonly<Record<string, string>>;
  #json: { readonly value: Json } | undefined;

  /** Made by the gateway. */
  constructor({ payload, headers = {} }: { payload: Payload | null; headers?: Readonly<Record<string, string>> }) {
    this.payload = payload;
    this.headers = headers;
  }

  /**
   * The value of a JSON payload, parsed once; a text is itself, and a tombstone `null`. Numbers beyond 2^53 lose digits: `payload` has
   * them all.
   *
   * @throws {TypeError} where the payload is bytes
   */
  get json(): Json {
    this.#json ??= { value: jsonOf(this.payload) as Json };
    return this.#json.value;
  }

  /**
   * The text of a text payload, or a JSON payload as it was written; empty for a tombstone.
   *
   * @throws {TypeError} where the payload is bytes
   */
  get text(): string {
    if (this.payload === null) return "";
    if (this.payload.kind !== "bytes") return this.payload.text;
    throw new TypeError("Cannot read a payload of bytes as text: take its bytes");
  }

  /** The bytes of a payload: those of its UTF-8 where it is text; none for a tombstone. Never change them. */
  get bytes(): Uint8Array {
    return this.payload?.kind === "bytes" ? this.payload.bytes : new TextEncoder().encode(this.text);
  }
}

/**
 * The payload of a content; `undefined` where it has none.
 *
 * @throws {TypeError} where it has more than one, or one that is not what it should be
 */
export function payloadOf(content: Content): Payload | null | undefined {
  if (content instanceof MessageView) return content.payload;
  const given = (["json", "text", "bytes", "payload"] as const).filter((name) => content[name] !== undefined);
  if (given.length > 1) {
    throw new TypeError(`Cannot make a message with ${given.join(" and ")}: give one of them`);
  }
  const { json, text, bytes, payload } = content;
  switch (given[0]) {
    case undefined:
      if (Object.hasOwn(content, "json")) throw new TypeError("Cannot write undefined as JSON: give a value, or null");
      return undefined;
    case "json":
      return { kind: "json", text: jsonText(json) };
    case "text":
      if (typeof text === "string") return { kind: "text", text };
      throw new TypeError(`Cannot make a text of ${typeof text}: expected a string`);
    case "bytes":
      if (bytes instanceof Uint8Array) return { kind: "bytes", bytes };
      throw new TypeError(`Cannot make bytes of ${typeof bytes}: expected a Uint8Array`);
    case "payload":
      return payload === null ? null : checked(payload!);
  }
}

/**
 * The headers of a content; `undefined` where it has none.
 *
 * @throws {TypeError} where a name is the gateway's own, or a value is no string
 */
export function headersOf(content: Content): Readonly<Record<string, string>> | undefined {
  const { headers } = content;
  if (headers === undefined || content instanceof MessageView) return headers;
  for (const [name, text] of Object.entries(headers)) {
    if (isReservedHeader(name) || name === "__proto__") {
      throw new TypeError(`Cannot set header ${JSON.stringify(name)}: tidegate-* and content-type are the gateway's`);
    }
    if (typeof text !== "string") {
      throw new TypeError(`Cannot set header ${JSON.stringify(name)} to ${typeof text}: expected a string`);
    }
  }
  return headers;
}

function jsonOf(payload: Payload | null): unknown {
  if (payload === null) return null;
  if (payload.kind === "json") return JSON.parse(payload.text);
  if (payload.kind === "text") return payload.text;
  throw new TypeError("Cannot read a payload of bytes as JSON: take its bytes");
}

function jsonText(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`Cannot write ${typeof value} as JSON: give a value, or null`);
  if (isTooDeep(text)) throw new TypeError(`Cannot write a value that is over ${MAX_JSON_DEPTH} levels deep as JSON`);
  return text;
}

function checked(payload: Payload): Payload {
  if (payload.kind === "bytes") return { kind: "bytes", bytes: payload.bytes };
  if (payload.kind === "text") return { kind: "text", text: payload.text };
  const text = normaliseJson(payload.text);
  if (text === undefined) {
    throw new TypeError(`Cannot take a payload for JSON: its text is none, or is over ${MAX_JSON_DEPTH} levels deep`);
  }
  return { kind: "json", text };
}
