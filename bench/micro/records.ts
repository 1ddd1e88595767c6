/** Records as the gateway writes them, and as other producers do. */
import type { StoredRecord } from "../../domain/log_record.ts";

const utf8 = new TextEncoder();

/** A JSON string of 200 bytes. */
export const VALUE: Uint8Array = utf8.encode(JSON.stringify("x".repeat(198)));

/** A record of a producer that knows nothing of the gateway. */
export function foreignRecord(key: string, at = 0): StoredRecord {
  return { topic: "chat", partition: 0, offset: at, time: 1_700_000_000_000 + at, key, value: VALUE, headers: {} };
}

/** A record of a client's publish. */
export function publishedRecord(key: string, at = 0): StoredRecord {
  return {
    ...foreignRecord(key, at),
    headers: {
      "tidegate-sender": utf8.encode("b542da5f-08a3-4fa0-bd8b-604f49812bf7"),
      "tidegate-session": utf8.encode("f81d4fae-7dec-41d0-a765-00a0c91e6bf6"),
      "tidegate-message-id": utf8.encode(`message-${at}`),
      "content-type": utf8.encode("application/json"),
    },
  };
}
