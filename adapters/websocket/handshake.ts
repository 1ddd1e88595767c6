/** What is judged of an upgrade request before the authenticator sees it. */
import type { IncomingMessage } from "node:http";
import { STATUS_CODE } from "@std/http/status";
import type { Handshake } from "../../domain/ports/authenticator.ts";
import type { Codec } from "../../domain/ports/codec.ts";
import { peerAddress } from "../transport/peer_address.ts";
import type { Refusal } from "./refusal.ts";
import { chooseCodec } from "./subprotocol.ts";

/** What upgrade requests are held to at the moment. */
export interface UpgradeRules {
  readonly paths: readonly string[];
  readonly codecs: readonly Codec[];
  /** Why no connection is accepted now; absent where one is. */
  readonly closed?: string;
}

/** What of an upgrade request is judged. */
export interface UpgradeRequest {
  readonly method: string;
  /** The path of its URL. */
  readonly path: string;
  /** The value of a header, its name in lower case; several values have commas between them. */
  header(name: string): string | undefined;
}

/**
 * The refusal of an upgrade request, or the codec that it gets. The rest is up to what carries the upgrade out, which checks the RFC's
 * rules too.
 */
export function judgeUpgrade({ method, path, header }: UpgradeRequest, rules: UpgradeRules): Refusal | Codec {
  if (!rules.paths.includes(path)) {
    return refuse("NotFound", `Cannot open a WebSocket at ${path.slice(0, 100)}: use ${rules.paths[0]}`);
  }
  if (method !== "GET") {
    return refuse("MethodNotAllowed", `Cannot open a WebSocket with ${method}: use GET`, { allow: "GET" });
  }
  const version = header("sec-websocket-version");
  if (version !== "13") {
    return refuse(
      "UpgradeRequired",
      `Cannot open a WebSocket of version ${version?.slice(0, 100) ?? "none"}: expected 13 in sec-websocket-version`,
      { upgrade: "websocket", "sec-websocket-version": "13" },
    );
  }
  if (!/^[+/0-9A-Za-z]{22}==$/.test(header("sec-websocket-key") ?? "")) {
    return refuse("BadRequest", "Cannot open a WebSocket: expected 16 bytes as base64 in sec-websocket-key");
  }
  if (rules.closed !== undefined) {
    return refuse("ServiceUnavailable", `Cannot open a WebSocket: ${rules.closed}`, { "retry-after": "1" });
  }
  const offers = header("sec-websocket-protocol")?.split(",").map((offer) => offer.trim()) ?? [];
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

/** A request of node:http as it is judged. */
export function upgradeOf({ method = "", url = "", headers }: IncomingMessage): UpgradeRequest {
  const query = url.indexOf("?");
  return {
    method,
    path: query < 0 ? url : url.slice(0, query),
    header(name) {
      const value = headers[name];
      return typeof value === "object" ? value.join(", ") : value;
    },
  };
}

function refuse(status: keyof typeof STATUS_CODE, message: string, headers?: Record<string, string>): Refusal {
  return { status: STATUS_CODE[status], message, ...(headers && { headers }) } as Refusal;
}
