/** What a request must be for anybody to see it, besides what the HTTP parser holds it to. */
import type { IncomingMessage } from "node:http";
import { STATUS_CODE } from "@std/http/status";
import type { Refusal } from "./refusal.ts";

/** The part of a request that is looked at. */
export type RequestHead = Pick<IncomingMessage, "rawHeaders" | "headers" | "url" | "httpVersion">;

/**
 * The refusal of a request that those who stand before the gateway may read in another way than it does, or that is for another host;
 * `undefined` where it is none of these.
 *
 * @param isHostAllowed whether a `Host`, as it was sent, is one of the gateway's
 */
export function judgeRequest(
  request: RequestHead,
  isHostAllowed: (host: string) => boolean,
): Refusal | undefined {
  const { url = "", httpVersion } = request;
  if (!url.startsWith("/")) {
    return refuse("BadRequest", "Cannot answer a request for something else than a path: the gateway is no proxy");
  }
  const hosts = valuesOf(request, "host");
  // HTTP/1.0 needs none.
  if (hosts.length > 1 || (hosts.length === 0 && httpVersion !== "1.0")) {
    return refuse("BadRequest", `Cannot answer a request with ${hosts.length} Host headers: expected one`);
  }
  const [host = ""] = hosts;
  if (!isHostAllowed(host)) {
    const shown = JSON.stringify(host.slice(0, 100));
    return refuse("MisdirectedRequest", `Cannot answer for host ${shown}: http.allowed_hosts does not have it`);
  }
  return undefined;
}

/** The refusal of an upgrade request with a body, which who stands before the gateway would not take for frames. */
export function judgeUpgradeBody({ headers }: Pick<RequestHead, "headers">): Refusal | undefined {
  const length = headers["content-length"];
  if (headers["transfer-encoding"] === undefined && (length === undefined || /^0+$/.test(length))) return undefined;
  return refuse("BadRequest", "Cannot open a WebSocket by a request with a body");
}

function valuesOf({ rawHeaders }: Pick<RequestHead, "rawHeaders">, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() === name) values.push(rawHeaders[at + 1]!);
  }
  return values;
}

function refuse(status: "BadRequest" | "MisdirectedRequest", message: string): Refusal {
  return { status: STATUS_CODE[status], message };
}
