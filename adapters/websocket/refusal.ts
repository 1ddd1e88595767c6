import type { Duplex } from "node:stream";
import { STATUS_CODE, STATUS_TEXT, type StatusCode } from "@std/http/status";
import type { WsLimits } from "./ws_options.ts";

/** A handshake that is answered with plain HTTP. */
export interface Refusal {
  readonly status: StatusCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The refusal of a node that takes no connection now. */
export function unavailable(why: string): Refusal {
  return {
    status: STATUS_CODE.ServiceUnavailable,
    message: `Cannot open a WebSocket: ${why}`,
    headers: { "retry-after": "1" },
  };
}

/** The refusal of a client that has enough connections. */
export function crowded(limits: Pick<WsLimits, "connectionsPerAddress">): Refusal {
  return {
    status: STATUS_CODE.TooManyRequests,
    message: "Cannot open a WebSocket: its address has " +
      `${limits.connectionsPerAddress} connections, the most that one may have`,
    headers: { "retry-after": "5" },
  };
}

/** The refusal of a client that the authenticator did not judge in time. */
export const LATE: Refusal = unavailable("who you are was not found out in time");

/** The refusal of a client that the authenticator failed on. */
export const FAILED: Refusal = {
  status: STATUS_CODE.InternalServerError,
  message: "Cannot open a WebSocket: an internal error",
};

/** Writes the answer, with the body `{"error":{"status":...,"message":"..."}}`, and ends our side of the socket. */
export function writeRefusal(socket: Duplex, refusal: Refusal): void {
  const { body, headers } = refusalParts(refusal);
  const { status } = refusal;
  const connection = refusal.headers?.upgrade === undefined ? "close" : "close, upgrade";
  const lines = Object.entries({ ...headers, connection }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_TEXT[status]}\r\n${lines.join("")}\r\n${body}`);
}

/** The same answer as a response. */
export function refusalResponse(refusal: Refusal): Response {
  const { body, headers } = refusalParts(refusal);
  return new Response(body, { status: refusal.status, headers });
}

/** The body of an answer, and its headers. */
export function refusalParts({ status, message, headers }: Refusal): { body: string; headers: Record<string, string> } {
  const body = JSON.stringify({ error: { status, message } }) + "\n";
  return {
    body,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "content-length": String(new TextEncoder().encode(body).length),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  };
}
