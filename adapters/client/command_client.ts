/** The client of the commands that talk to a gateway. */
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { capnpClientCodec } from "../../client/capnp.ts";
import { type Client, connect, jsonClientCodec, type SocketLike } from "../../client/mod.ts";
import type { ClientOptions } from "../cli/mod.ts";

/** How long a server may take to accept a WebSocket, in milliseconds. */
const HANDSHAKE_MS = 10_000;

/** Connects as a command line says. */
export function commandClient(options: ClientOptions): Client {
  return connect(options.url, {
    codec: options.protocol === "capnp" ? capnpClientCodec : jsonClientCodec,
    retry: { minMs: 1_000, maxMs: 20_000 },
    webSocket: (url, protocols) => openSocket(options, { url, protocols }),
  });
}

/** A socket of the `ws` package: unlike a browser's, it can send headers, and say why it was refused. */
function openSocket(
  { user, token }: ClientOptions,
  { url, protocols }: { readonly url: string; readonly protocols: readonly string[] },
): SocketLike {
  const ws = new WebSocket(url, [...protocols], {
    headers: {
      ...(user === undefined ? {} : { user_id: user }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
  });
  ws.binaryType = "arraybuffer";
  const socket: SocketLike = {
    binaryType: "arraybuffer",
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send: (data) => ws.send(data, { binary: typeof data !== "string" }),
    close(code) {
      if (ws.readyState === WebSocket.CONNECTING) ws.terminate();
      else ws.close(code);
    },
  };
  let reason: { readonly text: string; readonly retry: boolean } | undefined;
  ws.on("open", () => socket.onopen?.());
  ws.on("message", (data, isBinary) => socket.onmessage?.({ data: isBinary ? data : String(data) }));
  ws.on("unexpected-response", (_request, response) => {
    let body = "";
    response.on("data", (piece) => body += piece).on("end", () => {
      const status = response.statusCode ?? 0;
      reason = { text: `Cannot connect to ${url}: HTTP ${status} ${body.trim().slice(0, 300)}`, retry: status === 503 };
      ws.terminate();
    });
  });
  ws.on("error", (error) => reason ??= { text: `Cannot connect to ${url}: ${reasonOf(error)}`, retry: true });
  ws.on("close", (code, said) => {
    socket.onclose?.(reason ? { code, reason: reason.text, retry: reason.retry } : { code, reason: String(said) });
  });
  return socket;
}

function reasonOf(error: Error): string {
  return "code" in error && error.code === "ECONNREFUSED"
    ? "nothing listens there (is the gateway running?)"
    : error.message;
}
