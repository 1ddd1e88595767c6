/** A record as a message on a channel. */
import { type Channel, isChannel } from "./channel.ts";
import { normaliseJson } from "./json_text.ts";
import { headerText, type RecordHeaders, type StoredRecord } from "./log_record.ts";
import { type Envelope, type EnvelopeFormat, NO_ENVELOPES } from "./ports/envelope.ts";
import type { Publication } from "./publication.ts";
import { HEADER, isReservedHeader, namesOf } from "./record_names.ts";
import type { Route } from "./route.ts";

/** Why a record cannot be shown: it is counted and left out. */
export type Unshowable = "too_large" | "bad_json" | "bad_utf8" | "bad_envelope";

/** Where a record is shown. */
export interface Showing {
  readonly route: Route;
  readonly channel: Channel;
  readonly cursor: string;
  /** The largest record value that is shown, in bytes. */
  readonly recordBytes: number;
  /** What reads the values of routes with `value: "capnp"`. */
  readonly envelopes?: EnvelopeFormat;
}

const NO_HEADERS: Readonly<Record<string, string>> = {};
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The publication that a record is on a channel, or why there is none. Pure.
 *
 * What an envelope says of the message counts where the record's headers do not say it.
 */
export function showRecord(record: StoredRecord, showing: Showing): Publication | Unshowable {
  const { channel, cursor, recordBytes } = showing;
  if (record.value !== null && record.value.length > recordBytes) return "too_large";
  const content = record.value === null ? { payload: null } : contentOf(record.value, showing);
  if (typeof content === "string") return content;
  const names = namesOf(record);
  const sender = names.sender ?? (content.sender || undefined);
  const messageId = names.messageId ?? (content.messageId || undefined);
  const to = headerText(record.headers, HEADER.to) ?? content.to;
  const headers = otherHeaders(record.headers, content.headers);
  return {
    channel,
    cursor,
    ...(sender === undefined ? {} : { sender }),
    ...(messageId === undefined ? {} : { messageId }),
    time: record.time,
    payload: content.payload,
    ...(headers === undefined ? {} : { headers }),
    ...(to !== undefined && isChannel(to) ? { to } : {}),
  };
}

function contentOf(value: Uint8Array, { route, envelopes = NO_ENVELOPES }: Showing): Envelope | Unshowable {
  if (route.value === "capnp") return envelopes.read(value) ?? "bad_envelope";
  if (route.payload === "bytes") return { payload: { kind: "bytes", bytes: value } };
  const text = decode(value);
  if (text === undefined) return "bad_utf8";
  if (route.payload === "text") return { payload: { kind: "text", text } };
  const json = normaliseJson(text);
  return json === undefined ? "bad_json" : { payload: { kind: "json", text: json } };
}

function decode(value: Uint8Array): string | undefined {
  try {
    return utf8.decode(value);
  } catch {
    return undefined;
  }
}

/** The headers that are not the gateway's own: those of the record, and those of its envelope. */
function otherHeaders(
  headers: RecordHeaders,
  inside: Readonly<Record<string, string>> = NO_HEADERS,
): Record<string, string> | undefined {
  let others: Record<string, string> | undefined;
  for (const name in headers) {
    if (!isReservedHeader(name)) add(name, headerText(headers, name) ?? "");
  }
  for (const name in inside) {
    if (!isReservedHeader(name)) add(name, inside[name]!);
  }
  return others;

  function add(name: string, text: string): void {
    others ??= Object.create(null) as Record<string, string>;
    others[name] = text;
  }
}
