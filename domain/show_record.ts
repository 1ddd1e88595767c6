/** A record as a message on a channel. */
import { type Channel, isChannel } from "./channel.ts";
import { normaliseJson } from "./json_text.ts";
import { headerText, type RecordHeaders, type StoredRecord } from "./log_record.ts";
import type { Payload, Publication } from "./publication.ts";
import { HEADER, isReservedHeader, namesOf } from "./record_names.ts";
import type { PayloadKind, Route } from "./route.ts";

/** Why a record cannot be shown: it is counted and left out. */
export type Unshowable = "too_large" | "bad_json" | "bad_utf8";

/** Where a record is shown. */
export interface Showing {
  readonly route: Route;
  readonly channel: Channel;
  readonly cursor: string;
  /** The largest record value that is shown, in bytes. */
  readonly recordBytes: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The publication that a record is on a channel, or why there is none. Pure. */
export function showRecord(record: StoredRecord, showing: Showing): Publication | Unshowable {
  const { route, channel, cursor, recordBytes } = showing;
  if (record.value !== null && record.value.length > recordBytes) return "too_large";
  const payload = record.value === null ? null : readPayload(record.value, route.payload);
  if (typeof payload === "string") return payload;
  const { sender, messageId } = namesOf(record);
  const to = headerText(record.headers, HEADER.to);
  const headers = otherHeaders(record.headers);
  return {
    channel,
    cursor,
    ...(sender === undefined ? {} : { sender }),
    ...(messageId === undefined ? {} : { messageId }),
    time: record.time,
    payload,
    ...(headers === undefined ? {} : { headers }),
    ...(to !== undefined && isChannel(to) ? { to } : {}),
  };
}

function readPayload(value: Uint8Array, kind: PayloadKind): Payload | Unshowable {
  if (kind === "bytes") return { kind, bytes: value };
  const text = decode(value);
  if (text === undefined) return "bad_utf8";
  if (kind === "text") return { kind, text };
  const json = normaliseJson(text);
  return json === undefined ? "bad_json" : { kind, text: json };
}

function decode(value: Uint8Array): string | undefined {
  try {
    return utf8.decode(value);
  } catch {
    return undefined;
  }
}

function otherHeaders(headers: RecordHeaders): Record<string, string> | undefined {
  let others: Record<string, string> | undefined;
  for (const name in headers) {
    if (isReservedHeader(name)) continue;
    others ??= Object.create(null) as Record<string, string>;
    others[name] = headerText(headers, name) ?? "";
  }
  return others;
}
