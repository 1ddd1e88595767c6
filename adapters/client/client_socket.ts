/** A gateway's WebSocket, as a client sees it. */
import { Observable } from "rxjs";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import type { ClientOptions } from "../cli/mod.ts";
import { DISCONNECTS } from "../../domain/disconnect.ts";
import type { ClientFrame } from "../../domain/frame.ts";
import { clientProtocol, type ReceivedFrame } from "./client_protocol.ts";

/** What an open connection tells and takes. */
export type ClientEvent =
  /** The connection is open: frames can be sent. */
  | { readonly kind: "open"; send(...frames: readonly ClientFrame[]): void }
  /** One frame of the gateway. */
  | { readonly kind: "frame" } & ReceivedFrame;

/** A connection that has ended, or never began. */
export class ConnectionEnded extends Error {
  override readonly name = "ConnectionEnded";
  /** Whether it is worth a try again: the network failed, or the gateway said so. */
  readonly retry: boolean;

  constructor(message: string, options: { retry: boolean }) {
    super(message);
    this.retry = options.retry;
  }
}

/** How long a server may take to accept a WebSocket, in milliseconds. */
const HANDSHAKE_MS = 10_000;
/** The same, to say that the client is connected: more than the gateway gives its log. */
const CONNECTED_MS = 20_000;
/** A gateway that was not heard for so many of its ping intervals is gone, though no network has said so. */
const SILENT_PINGS = 2.5;

/**
 * Connects on subscription and closes on unsubscription. Errors with {@linkcode ConnectionEnded} however the
 * connection ends; never completes.
 */
export function clientSocket(options: ClientOptions): Observable<ClientEvent> {
  const { url, user, token } = options;
  const { subprotocol, binary, encode, decode } = clientProtocol(options);
  return new Observable((observer) => {
    const socket = new WebSocket(url, [subprotocol], {
      headers: {
        ...(user === undefined ? {} : { user_id: user }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      handshakeTimeout: HANDSHAKE_MS,
      perMessageDeflate: false,
    });
    const fail = (message: string, retry: boolean) => observer.error(new ConnectionEnded(message, { retry }));
    let patienceMs = CONNECTED_MS;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        socket.terminate();
        fail(`The gateway at ${url} has said nothing for ${patienceMs / 1000} s`, true);
      }, patienceMs);
    };
    socket.on("ping", heard);
    socket.on("open", () => {
      heard();
      observer.next({
        kind: "open",
        send: (...frames) => socket.send(encode(frames), { binary }),
      });
    });
    socket.on("message", (data) => {
      let frames: readonly ReceivedFrame[];
      try {
        frames = decode(data as Uint8Array);
      } catch (error) {
        return fail(`Cannot read what ${url} sent: ${String(error)}; is it a Tidegate?`, false);
      }
      const connected = frames.map(({ frame }) => frame).find((frame) => "connected" in frame);
      if (connected) patienceMs = connected.connected.pingSeconds * 1000 * SILENT_PINGS;
      heard();
      for (const received of frames) observer.next({ kind: "frame", ...received });
    });
    socket.on("unexpected-response", (request, response) => {
      let body = "";
      response.on("data", (piece) => body += piece).on("end", () => {
        const status = response.statusCode ?? 0;
        fail(`Cannot connect to ${url}: HTTP ${status} ${body.trim().slice(0, 300)}`, status === 503);
        request.destroy();
      });
    });
    socket.on("error", (error) => fail(`Cannot connect to ${url}: ${reasonOf(error)}`, true));
    socket.on("close", (code, reason) => {
      const text = reason.length > 0 ? `${code} ${reason}` : String(code);
      fail(`The gateway at ${url} closed the connection: ${text}`, isWorthRetry(code));
    });
    return () => {
      clearTimeout(silence);
      socket.removeListener("ping", heard).removeAllListeners("open").removeAllListeners("message");
      socket.on("error", () => {});
      if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
      else socket.close(DISCONNECTS.normal.code);
    };
  });
}

/** Whether a client connects again after a close: not where the gateway's table says that it is of no use. */
function isWorthRetry(code: number): boolean {
  const row = Object.values(DISCONNECTS).find((known) => known.code === code);
  return row === undefined || row.retry !== "none";
}

function reasonOf(error: Error): string {
  return "code" in error && error.code === "ECONNREFUSED"
    ? "nothing listens there; is the gateway running?"
    : error.message;
}
