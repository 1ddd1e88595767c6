/** The values of records on routes with `value = "capnp"`: the `Envelope` of `schema/gateway.capnp`. */
import type { Envelope, EnvelopeFormat } from "../../domain/ports/envelope.ts";
import { ENVELOPE, ENVELOPE_PAYLOAD } from "../generated/layout.ts";
import { allMessages } from "./framing.ts";
import { Malformed } from "./malformed.ts";
import { MessageWriter } from "./message_writer.ts";
import { readPayload, writePayload } from "./payload_union.ts";
import { StructReader } from "./struct_reader.ts";
import { fromPairs, toPairs } from "./text_pairs.ts";

const writer = new MessageWriter();

/**
 * Envelopes as Cap'n Proto. What is read passes the same validator as a client's bytes, whoever produced the record; messages of several
 * segments are read too. A value that holds another number of messages than one is no envelope.
 */
export const capnpEnvelopes: EnvelopeFormat = { write, read };

function write(envelope: Envelope): Uint8Array {
  const root = writer.root(ENVELOPE);
  root.text(ENVELOPE.sender, envelope.sender);
  root.text(ENVELOPE.session, envelope.session);
  root.text(ENVELOPE.messageId, envelope.messageId);
  root.text(ENVELOPE.to, envelope.to);
  if (envelope.headers !== undefined) root.texts(ENVELOPE.headers, toPairs(envelope.headers));
  writePayload(envelope.payload, { struct: root, layout: ENVELOPE_PAYLOAD });
  return writer.finish();
}

function read(value: Uint8Array): Envelope | undefined {
  try {
    const [message, ...others] = allMessages(value);
    return message && others.length === 0 ? readEnvelope(StructReader.root(message)) : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function readEnvelope(root: StructReader): Envelope | undefined {
  const payload = readPayload(root, ENVELOPE_PAYLOAD);
  const list = root.texts(ENVELOPE.headers);
  const headers = list && fromPairs(list);
  if (typeof payload === "string" || Array.isArray(headers)) return undefined;
  const texts = {
    sender: root.text(ENVELOPE.sender),
    session: root.text(ENVELOPE.session),
    messageId: root.text(ENVELOPE.messageId),
    to: root.text(ENVELOPE.to),
    headers,
  };
  return { payload, ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)) };
}
