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

/** Who sent a record, and the name of its message; empty and absent texts are the same. */
export function namesOf(record: StoredRecord): { sender: string | undefined; messageId: string | undefined } {
  return {
    sender: headerText(record.headers, HEADER.sender) || undefined,
    messageId: headerText(record.headers, HEADER.messageId) || undefined,
  };
}
