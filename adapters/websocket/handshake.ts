/** What is judged of an upgrade request before the authenticator sees it. */
import type { IncomingMessage } from "node:http";
import { STATUS_CODE } from "@std/http/status";
import type { Handshake } from "../../domain/ports/authenticator.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import { peerAddress } from "./http_server.ts";
import type { Refusal } from "./refusal.ts";
import { chooseCodec } from "./subprotocol.ts";

/** What upgrade requests are held to at the moment. */
export interface UpgradeRules {
  readonly paths: readonly string[];
  readonly codecs: readonly Codec[];
  /** Why no connection is accepted now; absent where one is. */
  readonly closed?: string;
}

/** The refusal of an upgrade request, or the codec that it gets. The rest is up to ws, which checks the RFC's rules too. */
export function judgeUpgrade(request: IncomingMessage, rules: UpgradeRules): Refusal | Codec {
  const { headers, method } = request;
  const path = pathOf(request);
  if (!rules.paths.includes(path)) {
    return refuse("NotFound", `Cannot open a WebSocket at ${path.slice(0, 100)}: use ${rules.paths[0]}`);
  }
  if (method !== "GET") {
    return refuse("MethodNotAllowed", `Cannot open a WebSocket with ${method}: use GET`, { allow: "GET" });
  }
  const version = headers["sec-websocket-version"];
  if (version !== "13") {
    return refuse(
      "UpgradeRequired",
      `Cannot open a WebSocket of version ${version?.slice(0, 100) ?? "none"}: expected 13 in sec-websocket-version`,
      { upgrade: "websocket", "sec-websocket-version": "13" },
    );
  }
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "")) {
    return refuse("BadRequest", "Cannot open a WebSocket: expected 16 bytes as base64 in sec-websocket-key");
  }
  if (rules.closed !== undefined) {
    return refuse("ServiceUnavailable", `Cannot open a WebSocket: ${rules.closed}`, { "retry-after": "1" });
  }
  const offers = headers["sec-websocket-protocol"]?.split(",").map((offer) => offer.trim()) ?? [];
  return chooseCodec(rules.codecs, offers) ?? refuse(
    "BadRequest",
    `Cannot speak ${offers.join(", ").slice(0, 200)}: expected one of ` +
      rules.codecs.map((codec) => codec.subprotocol).join(", "),
  );
}

/** The request as the authenticator sees it. */
export function handshakeOf(request: IncomingMessage): Handshake {
  const { rawHeaders, socket } = request;
  return {
    remoteAddress: peerAddress(socket),
    header(name) {
      const values: string[] = [];
      for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
        if (rawHeaders[at]!.toLowerCase() === name) values.push(rawHeaders[at + 1]!);
      }
      return values;
    },
  };
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? "";
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

function refuse(status: keyof typeof STATUS_CODE, message: string, headers?: Record<string, string>): Refusal {
  return { status: STATUS_CODE[status], message, ...(headers && { headers }) } as Refusal;
}
