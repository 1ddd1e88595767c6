/** The messages that the codecs are compared by. */
import type { Channel } from "../domain/channel.ts";
import type { PublishFrame, ServerFrame } from "../domain/frame.ts";
import type { Payload } from "../domain/publication.ts";

/** A payload of 200 bytes of each kind. */
export const PAYLOADS: Readonly<Record<Payload["kind"], Payload>> = {
  json: { kind: "json", text: JSON.stringify(order()) },
  text: { kind: "text", text: JSON.stringify(order()) },
  bytes: { kind: "bytes", bytes: Uint8Array.from({ length: 200 }, (_, at) => at * 7) },
};

/** Fields of usual lengths: ids are UUIDs. */
const IDS = {
  sender: "0d8a7c9e-4c1b-4f6e-9a53-2f4a1d0c7b11",
  messageId: "5f0c3a52-9b1e-4e0e-8a37-6b9d2c4f8e70",
} as const;

/** A publication, as subscribers get it. */
export function publicationOf(payload: Payload): ServerFrame & { readonly type: "publication" } {
  const time = 1_763_830_000_000;
  const cursor = "1.6.2.184213.0.1c9k3fz";
  return { type: "publication", publication: { channel: "chat:lobby" as Channel, cursor, ...IDS, time, payload } };
}

/** A publish, as clients send it. */
export function publishOf(payload: Payload): PublishFrame {
  return { type: "publish", id: 7, channel: "chat:lobby", messageId: IDS.messageId, payload };
}

/** 200 bytes as JSON. */
function order() {
  const note = "Leave it with the neighbours on the second floor, please; the bell does not work.";
  return {
    kind: "order",
    id: 184_213,
    price: 12.75,
    lines: [{ sku: "A-1001", n: 2 }, { sku: "B-2", n: 1 }],
    note,
    tags: ["a"],
  };
}
