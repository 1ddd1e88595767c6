/** `POST /publish` as the frames that it stands for. */
import { failure } from "../../domain/failure.ts";
import type { Decoded } from "../../domain/frame.ts";
import { MAX_JSON_DEPTH, normaliseJson } from "../../domain/json_text.ts";
import type { Payload } from "../../domain/publication.ts";
import { readFrame } from "../../schema/client_frames.ts";
import { MESSAGE_HEADER_PREFIX, RESUME_HEADER } from "./cors.ts";
import { type HttpRefusal, refuseHttp } from "./refusal.ts";

/** A publish without its payload. */
export interface PublishRequest {
  /** The frames of the request, given the bytes of its body. Never throws. */
  decode(body: Uint8Array): readonly Decoded[];
}

/** How a body becomes a payload; absent where its bytes are none. */
type ReadPayload = (body: Uint8Array) => Payload | undefined;

const KINDS: Readonly<Record<string, { readonly read: ReadPayload; readonly expected: string }>> = {
  "application/json": { read: readJson, expected: `one JSON value in UTF-8, at most ${MAX_JSON_DEPTH} levels deep` },
  "text/plain": { read: readText, expected: "text in UTF-8" },
  "application/octet-stream": { read: (bytes) => ({ kind: "bytes", bytes }), expected: "bytes" },
};

/** What stands around a JSON value: a byte order mark, and the white space of JSON. */
const AROUND = /^\ufeff?[ \t\r\n]*|[ \t\r\n]+$/g;

/** The answer has it; the client does not see it. */
const REQUEST_ID = 1;

/**
 * Reads all of a publish but its body: the channel of the query, `Idempotency-Key` as the message id, each `Tidegate-Header-*` as a
 * header of the message, and the kind of the payload by the content type. What the codecs judge - ids, names, sizes - they judge here too,
 * when the frame is made.
 */
export function publishRequest(request: Request, url: URL): PublishRequest | HttpRefusal {
  const { headers } = request;
  const channels = url.searchParams.getAll("channel");
  if (channels.length !== 1) {
    const message =
      `Cannot publish to ${channels.length} channels: expected one, as in ${url.pathname}?channel=chat:lobby`;
    return refuseHttp("BadRequest", "bad_request", { message });
  }
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    return unsupported(`a body in content encoding ${excerpt(encoding)}: send it as it is`);
  }
  const type = headers.get("content-type");
  const kind = type === null ? undefined : kindOf(type);
  if (!kind) {
    const known = Object.keys(KINDS).join(", ");
    return unsupported(
      `a body of ${type === null ? "no type" : excerpt(type)}: expected content-type ${known}, in UTF-8`,
    );
  }
  const messageHeaders = readHeaders(headers);
  if (typeof messageHeaders === "string") return refuseHttp("BadRequest", "bad_request", { message: messageHeaders });
  const messageId = unquoted(headers.get("idempotency-key"));
  const resume = headers.get(RESUME_HEADER);
  const fields = {
    channel: channels[0],
    ...(messageId === undefined ? {} : { messageId }),
    ...(messageHeaders ? { headers: messageHeaders } : {}),
  };
  const connect: readonly Decoded[] = resume === null ? [] : [{ kind: "frame", frame: { type: "connect", resume } }];

  return {
    decode(body) {
      const payload = kind.read(body);
      const frame = payload
        ? readFrame("publish", { id: REQUEST_ID, body: fields, payload: () => payload })
        : `Cannot publish a body of ${body.length} bytes: expected ${kind.expected}`;
      const publish: Decoded = typeof frame === "string"
        ? { kind: "refused", id: REQUEST_ID, failure: failure("bad_request", frame) }
        : { kind: "frame", frame };
      return [...connect, publish];
    },
  };
}

function kindOf(contentType: string): typeof KINDS[string] | undefined {
  const [type = "", ...parameters] = contentType.toLowerCase().split(";").map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  const isUtf8 = charset === undefined || /^"?(utf-?8|us-ascii)"?$/.test(charset);
  const name = /^application\/[a-z0-9.-]+\+json$/.test(type) ? "application/json" : type;
  return isUtf8 && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
}

function readJson(body: Uint8Array): Payload | undefined {
  const decoded = decodeUtf8(body);
  const text = decoded === undefined ? undefined : normaliseJson(decoded.replaceAll(AROUND, ""));
  return text === undefined ? undefined : { kind: "json", text };
}

function readText(body: Uint8Array): Payload | undefined {
  const text = decodeUtf8(body);
  return text === undefined ? undefined : { kind: "text", text };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The headers of the message, or what is wrong with them. */
function readHeaders(headers: Headers): Record<string, string> | string | undefined {
  const found: [string, string][] = [];
  for (const [name, value] of headers) {
    if (!name.startsWith(MESSAGE_HEADER_PREFIX)) continue;
    // What is above ASCII has no encoding that HTTP clients agree on.
    if (!/^[\t\x20-\x7e]*$/.test(value)) {
      return `Cannot publish a message with header ${excerpt(name)}: expected ASCII over HTTP`;
    }
    found.push([name.slice(MESSAGE_HEADER_PREFIX.length), value]);
  }
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** The header is specified as a quoted string; most send it without quotes. */
function unquoted(key: string | null): string | undefined {
  return key === null ? undefined : key.trim().replace(/^"(.*)"$/, "$1");
}

function unsupported(what: string): HttpRefusal {
  return refuseHttp("UnsupportedMediaType", "bad_payload", { message: `Cannot publish ${what}` });
}

function excerpt(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
