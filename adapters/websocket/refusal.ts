import type { Duplex } from "node:stream";
import { STATUS_TEXT, type StatusCode } from "@std/http/status";

/** A handshake that is answered with plain HTTP. */
export interface Refusal {
  readonly status: StatusCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes the answer, with the body `{"error":{"status":...,"message":"..."}}`, and ends our side of the socket. */
export function writeRefusal(socket: Duplex, refusal: Refusal): void {
  const { status, message } = refusal;
  const body = JSON.stringify({ error: { status, message } }) + "\n";
  const headers: Record<string, string | number> = {
    "content-type": "application/json; charset=utf-8",
    "content-length": new TextEncoder().encode(body).length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...refusal.headers,
    connection: refusal.headers?.upgrade === undefined ? "close" : "close, upgrade",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_TEXT[status]}\r\n${lines.join("")}\r\n${body}`);
}
