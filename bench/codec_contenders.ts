/** The encodings that are compared. Each reads what a gateway would read, with the checks that it cannot do without. */
import { Message } from "capnp-es";
import { Packr } from "msgpackr";
import protobuf from "protobufjs";
import type { PublishFrame, ServerFrame } from "../domain/frame.ts";
import type { Payload } from "../domain/publication.ts";
import { encodeClientFrame } from "../schema/capnp/client.ts";
import * as capnp from "../schema/generated/gateway.ts";
import * as json from "../schema/json/client.ts";
import { capnpCodec, jsonCodec } from "../schema/mod.ts";
import { publicationOf, publishOf } from "./codec_messages.ts";

/** One encoding of one publication and one publish. */
export interface Contender {
  readonly name: string;
  readonly write: () => Uint8Array;
  readonly read: () => unknown;
  /** How many bytes the publication has on the wire, and how many the publish. */
  readonly bytes: readonly [publication: number, publish: number];
}

const utf8 = new TextEncoder();

/** All encodings of a payload; JSON first. */
export function contenders(payload: Payload): Contender[] {
  const [publication, publish] = [publicationOf(payload), publishOf(payload)];
  return [
    ofJson(publication, publish),
    ofCapnp(publication, publish),
    ofCapnpEs(publication, publish),
    ofMsgpack(publication, publish),
    ofProtobuf(publication, publish),
  ];
}

type Told = ReturnType<typeof publicationOf>;

function ofJson(publication: Told, publish: PublishFrame): Contender {
  const text = json.encodeClientFrame(publish);
  const write = () => jsonCodec.encode(publication);
  return { name: "JSON", write, read: () => jsonCodec.decode(text), bytes: [write().length, utf8.encode(text).length] };
}

function ofCapnp(publication: Told, publish: PublishFrame): Contender {
  const bytes = encodeClientFrame(publish);
  const write = () => capnpCodec.encode(publication);
  return {
    name: "Cap'n Proto",
    write,
    read: () => capnpCodec.decode(bytes),
    bytes: [write().length, bytes.length],
  };
}

/** Without a validator, and with the texts that are not UTF-8 let through. */
function ofCapnpEs(frame: ServerFrame & { readonly type: "publication" }, publish: PublishFrame): Contender {
  const { publication: { channel, cursor, time, sender, messageId, payload } } = frame;
  const bytes = encodeClientFrame(publish);
  return { name: "Cap'n Proto by capnp-es", write, read, bytes: [write().length, bytes.length] };

  function write(): Uint8Array {
    const message = new Message(undefined, false, true);
    const publication = message.initRoot(capnp.ServerFrame)._initPublication();
    publication.channel = channel;
    publication.cursor = cursor;
    publication.time = BigInt(time);
    publication.sender = sender!;
    publication.messageId = messageId!;
    if (payload?.kind === "json") publication.payload.json = payload.text;
    else if (payload?.kind === "text") publication.payload.text = payload.text;
    else publication.payload._initBytes(payload!.bytes.length).copyBuffer(payload!.bytes);
    return new Uint8Array(message.toArrayBuffer());
  }

  function read(): unknown {
    const root = new Message(bytes.slice(), false).getRoot(capnp.ClientFrame);
    const { channel, messageId, payload } = root.publish;
    const value = payload._isBytes ? payload.bytes.toUint8Array() : payload._isJson ? payload.json : payload.text;
    if (payload._isJson) JSON.parse(value as string);
    return { id: root.id, channel, messageId, value };
  }
}

/** The fields of a payload, as encodings without a schema have them. */
function fieldsOf(payload: Payload | null): Record<string, unknown> {
  if (payload === null) return {};
  return { [payload.kind]: payload.kind === "bytes" ? payload.bytes : payload.text };
}

/** JSON in a payload is text here too, so that its numbers keep their digits. */
function ofMsgpack({ publication }: Told, publish: PublishFrame): Contender {
  const packr = new Packr({ useRecords: false });
  const { payload, ...rest } = publication;
  const told = { publication: { ...rest, ...fieldsOf(payload) } };
  const { type: _type, id, payload: sent, ...body } = publish;
  const bytes = packr.pack({ id, publish: { ...body, ...fieldsOf(sent) } });
  const write = () => packr.pack(told);
  return { name: "msgpackr", write, read, bytes: [write().length, bytes.length] };

  function read(): unknown {
    const value: { publish: { json?: string } } = packr.unpack(bytes);
    if (value.publish.json !== undefined) JSON.parse(value.publish.json);
    return value;
  }
}

const PROTO = `
syntax = "proto3";
message Publication {
  string channel = 1; string cursor = 2; string sender = 3; string messageId = 4; double time = 5;
  oneof payload { string json = 6; string text = 7; bytes bytes = 8; }
}
message Publish {
  string channel = 1; string messageId = 2; oneof payload { string json = 3; string text = 4; bytes bytes = 5; }
}
message ServerFrame { uint32 id = 1; oneof frame { Publication publication = 2; } }
message ClientFrame { uint32 id = 1; oneof frame { Publish publish = 2; } }
`;

function ofProtobuf({ publication }: Told, publish: PublishFrame): Contender {
  const { root } = protobuf.parse(PROTO, { keepCase: true });
  const [server, client] = [root.lookupType("ServerFrame"), root.lookupType("ClientFrame")];
  const { payload, ...rest } = publication;
  const told = { publication: { ...rest, ...fieldsOf(payload) } };
  const { type: _type, id, payload: sent, ...body } = publish;
  const bytes = client.encode({ id, publish: { ...body, ...fieldsOf(sent) } }).finish();
  const write = () => server.encode(told).finish();
  return { name: "protobufjs", write, read, bytes: [write().length, bytes.length] };

  function read(): unknown {
    const value = client.decode(bytes) as unknown as { publish: { json?: string } };
    // Absent texts read as "".
    if (value.publish.json) JSON.parse(value.publish.json);
    return value;
  }
}
