/** The client's end of `tidegate.v1.capnp`, for the command line and for tests. */
import { type List, Message } from "capnp-es";
import type { ClientFrame, ConnectFrame, PublishFrame } from "../../domain/frame.ts";
import * as capnp from "../generated/gateway.ts";
import { toPairs } from "./text_pairs.ts";

/** The bytes of one frame, in the stream framing. */
export function encodeClientFrame(frame: ClientFrame): Uint8Array {
  const message = new Message(undefined, false, true);
  const root = message.initRoot(capnp.ClientFrame);
  if (frame.type === "connect") writeConnect(root._initConnect(), frame);
  else {
    root.id = frame.id ?? 0;
    if (frame.type === "publish") writePublish(root._initPublish(), frame);
    else writeRequest(root, frame);
  }
  return new Uint8Array(message.toArrayBuffer());
}

function writeRequest(root: capnp.ClientFrame, frame: Exclude<ClientFrame, ConnectFrame | PublishFrame>): void {
  switch (frame.type) {
    case "subscribe": {
      const subscribe = root._initSubscribe();
      subscribe.channel = frame.channel;
      if (frame.since !== undefined) subscribe.since = frame.since;
      return;
    }
    case "history": {
      const history = root._initHistory();
      history.channel = frame.channel;
      if (frame.before !== undefined) history.before = frame.before;
      history.limit = frame.limit ?? 0;
      return;
    }
    case "unsubscribe":
      root._initUnsubscribe().channel = frame.channel;
      return;
    case "presence":
      root._initPresence().channel = frame.channel;
      return;
    case "refresh":
      root._initRefresh().token = frame.token;
      return;
    case "ping":
      root.ping = true;
  }
}

function writeConnect(connect: capnp.Connect, { token, resume, since, maxMessageBytes }: ConnectFrame): void {
  if (token !== undefined) connect.token = token;
  if (resume !== undefined) connect.resume = resume;
  connect.maxMessageBytes = maxMessageBytes ?? 0;
  if (since !== undefined) writePairs((length) => connect._initSince(length), since);
}

function writePublish(publish: capnp.Publish, { channel, messageId, payload, headers }: PublishFrame): void {
  publish.channel = channel;
  if (messageId !== undefined) publish.messageId = messageId;
  if (headers !== undefined) writePairs((length) => publish._initHeaders(length), headers);
  // Last: a view of data does not survive that the message grows.
  if (payload.kind === "json") publish.payload.json = payload.text;
  else if (payload.kind === "text") publish.payload.text = payload.text;
  else publish.payload._initBytes(payload.bytes.length).copyBuffer(payload.bytes);
}

function writePairs(init: (length: number) => List<string>, texts: Readonly<Record<string, string>>): void {
  const pairs = toPairs(texts);
  const list = init(pairs.length);
  for (const [at, text] of pairs.entries()) list.set(at, text);
}
