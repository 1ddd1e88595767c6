/** A WebSocket of the client under test that is listened to on the wire, and that a test can break. */
import type { SocketLike } from "../../client/mod.ts";
import type { Told } from "./evidence.ts";

/** Everything that one client was told on the wire, over all of its connections. */
export interface Wire {
  readonly told: Told[];
  /** The codes with which gateways, or the network, ended its sockets. */
  readonly closes: number[];
  /** The ids of requests that were answered more often than they were asked on a socket. */
  readonly answeredTwice: number[];
  /** Resolve when the sockets have ended. */
  readonly endings: Promise<void>[];
}

/** Nothing yet. */
export function silentWire(): Wire {
  return { told: [], closes: [], answeredTwice: [], endings: [] };
}

/** A socket that can be broken. */
export interface TappedSocket extends SocketLike {
  /** Ends it as a network does that has gone: the client hears of it, the gateway perhaps later. */
  drop(): void;
}

/** Connects, and writes down all that comes as long as the client listens. */
export function tapSocket(url: string, protocols: string[], wire: Wire): TappedSocket {
  const socket = new WebSocket(url, protocols);
  /** How many answers are due to each request. */
  const due = new Map<number, number>();
  const ending = Promise.withResolvers<void>();
  wire.endings.push(ending.promise);
  let over = false;
  const tapped: TappedSocket = {
    binaryType: "arraybuffer",
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send(data) {
      for (const line of String(data).split("\n")) {
        const { id } = JSON.parse(line);
        if (id !== undefined) due.set(id, (due.get(id) ?? 0) + 1);
      }
      socket.send(data);
    },
    close(code, reason) {
      over = true;
      socket.close(code, reason);
    },
    drop() {
      if (over) return;
      tapped.close();
      tapped.onclose?.({ code: 1006, reason: "the network has gone" });
    },
  };
  socket.onopen = () => {
    if (!over) tapped.onopen?.();
  };
  socket.onerror = () => {};
  socket.onmessage = ({ data }) => {
    if (over) return;
    for (const line of String(data).split("\n")) writeDown(JSON.parse(line), { wire, due });
    tapped.onmessage?.({ data });
  };
  socket.onclose = ({ code, reason }) => {
    ending.resolve();
    if (over) return;
    over = true;
    wire.closes.push(code);
    tapped.onclose?.({ code, reason });
  };
  return tapped;
}

/** A socket of a network that is not there. */
export function deadSocket(): TappedSocket {
  const dead: TappedSocket = {
    binaryType: "arraybuffer",
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: () => {},
    close: () => {},
    drop: () => {},
  };
  queueMicrotask(() => dead.onclose?.({ code: 1006, reason: "no network" }));
  return dead;
}

/** What a frame of the server may hold that the checker wants to know. */
interface Frame {
  readonly id?: number;
  readonly publication?: { readonly channel: string; readonly messageId?: string };
  readonly subscribed?: { readonly channel: string; readonly recovered: boolean; readonly reason?: string };
  readonly gap?: { readonly channel: string; readonly reason: string };
  readonly skipped?: { readonly channel: string };
  readonly unsubscribed?: { readonly channel: string };
}

function writeDown(frame: Frame, { wire, due }: { readonly wire: Wire; readonly due: Map<number, number> }): void {
  const { id, publication, subscribed, gap, skipped, unsubscribed } = frame;
  if (id !== undefined) {
    const left = (due.get(id) ?? 0) - 1;
    if (left < 0) wire.answeredTwice.push(id);
    due.set(id, left);
  }
  if (publication) {
    wire.told.push({ kind: "publication", channel: publication.channel, messageId: publication.messageId ?? "" });
  } else if (subscribed) wire.told.push({ kind: "subscribed", ...subscribed });
  else if (gap) wire.told.push({ kind: "gap", ...gap });
  else if (skipped) wire.told.push({ kind: "skipped", channel: skipped.channel });
  else if (unsubscribed) wire.told.push({ kind: "unsubscribed", channel: unsubscribed.channel });
}
