import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import { peerAddress } from "../transport/peer_address.ts";
import { guardFetch } from "./guard_fetch.ts";
import { refusalParts } from "./refusal.ts";
import { judgeRequest } from "./request_rules.ts";
import type { WsLimits } from "./ws_options.ts";

/** Answers an HTTP request; `peer` is who asks, and can be hung up on: its socket is destroyed. */
export type PlainFetch = (
  request: Request,
  peer: { readonly remoteAddress: string; readonly hangUp: () => void },
) => Response | Promise<Response>;

/** What an HTTP server is opened with. */
export interface HttpServerOptions {
  readonly hostname: string;
  readonly port: number;
  readonly fetch: PlainFetch;
  readonly limits: Pick<WsLimits, "maxHeadBytes" | "handshakeSeconds">;
  /** Whether requests may be for a `Host`. Default: for every one. */
  readonly isHostAllowed?: (host: string) => boolean;
  readonly telemetry: Telemetry;
}

/**
 * An HTTP server with bounded request heads and times, which is not listening yet.
 *
 * What is no HTTP is answered 400, a head that is too large 431, one that does not come in time 408; each is closed.
 * Upgrades to anything but a WebSocket are taken as plain requests, as the RFC has it.
 */
export function httpServer(options: HttpServerOptions): Server {
  const { fetch, limits, telemetry, isHostAllowed = () => true } = options;
  const handshakeMs = limits.handshakeSeconds * 1000;
  const refused = new WeakSet<Socket>();
  const answer = guardFetch(fetch, telemetry);
  const listener = getRequestListener(
    (request, { incoming, outgoing }) =>
      answer(request, { remoteAddress: peerAddress(incoming.socket), hangUp: () => void outgoing.destroy() }),
    { overrideGlobalObjects: false },
  );
  const settings = {
    maxHeaderSize: limits.maxHeadBytes,
    headersTimeout: handshakeMs,
    // Checked against the time that the whole request takes to arrive: it must not be less than that of its head.
    requestTimeout: handshakeMs + 1000,
    connectionsCheckingInterval: Math.min(1000, handshakeMs / 4),
    keepAliveTimeout: 5000,
    // The server would refuse it, and go on to what stands behind it.
    requireHostHeader: false,
    shouldUpgradeCallback: ({ headers, socket }: IncomingMessage) =>
      headers.upgrade?.toLowerCase() === "websocket" && !refused.has(socket),
  };
  return createServer(settings, (request, response) => {
    if (refused.has(request.socket)) return;
    const refusal = judgeRequest(request, isHostAllowed);
    if (!refusal) return void listener(request, response);
    telemetry.count("requests_refused");
    // What stands behind it on the connection may be meant for somebody else: the parser gives it all the same.
    refused.add(request.socket);
    const { body, headers } = refusalParts(refusal);
    response.writeHead(refusal.status, { ...headers, connection: "close" });
    response.end(request.method === "HEAD" ? undefined : body);
  });
}

/**
 * Starts to listen, and says where.
 *
 * @throws {Error} where it cannot; the message names the address and the way out
 */
export function listen(
  server: Server,
  at: { hostname: string; port: number },
): Promise<{ hostname: string; port: number }> {
  const { hostname, port } = at;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) =>
      reject(new Error(`Cannot listen on ${hostname}:${port}: ${reasonOf(error)}`, { cause: error }));
    server.once("error", fail);
    try {
      server.listen(port, hostname, () => {
        server.off("error", fail);
        const address = server.address() as AddressInfo;
        resolve({ hostname: address.address, port: address.port });
      });
    } catch (error) {
      fail(error);
    }
  });
}

/** Stops listening, and waits until every request that was under way is answered. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return "the address is in use; end the process that uses it, or choose another port (0 takes a free one)";
    case "EACCES":
      return "the system does not allow it; choose a port of 1024 or more";
    case "EADDRNOTAVAIL":
    // Deno's name for it.
    case "EINVAL":
      return "this machine has no such address; choose 127.0.0.1, or 0.0.0.0 for all of them";
    case "ENOTFOUND":
      return "there is no such host name; choose an address such as 127.0.0.1";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
