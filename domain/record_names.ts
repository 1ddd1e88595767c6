/** The record headers by which the gateway and its peers name things. */
import { headerText, type StoredRecord } from "./log_record.ts";

/** What the gateway adds to a record is in these headers; any producer may set them. */
export const HEADER = {
  sender: "tidegate-sender",
  session: "tidegate-session",
  messageId: "tidegate-message-id",
  /** On a sender's own copy of a direct message: the channel that it was sent to. */
  to: "tidegate-to",
  contentType: "content-type",
} as const;

/** Whether a header is the gateway's own: clients neither send it nor get it among a publication's headers. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith("tidegate-") || lower === HEADER.contentType;
}

/** What names the message of a record. */
export interface RecordNames {
  readonly sender: string | undefined;
  readonly messageId: string | undefined;
  /** Of a sender's own copy of a direct message: the channel that it was sent to. */
  readonly to?: string;
}

/** Who sent a record, and the name of its message; empty and absent texts are the same. */
export function namesOf({ headers }: Pick<StoredRecord, "headers">): RecordNames {
  const to = headerText(headers, HEADER.to);
  return {
    sender: headerText(headers, HEADER.sender) || undefined,
    messageId: headerText(headers, HEADER.messageId) || undefined,
    ...(to ? { to } : {}),
  };
}
