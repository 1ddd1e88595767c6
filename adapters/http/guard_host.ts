import { STATUS_CODE } from "@std/http/status";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import { refuse } from "./answer.ts";
import type { Fetch } from "./peer.ts";

/**
 * Answers 421 to requests that are for another host, so that no name that is made to lead here (DNS rebinding) gets more, and 400 where
 * the host is none. Both the `Host` and the URL are looked at: who asks as one asks a proxy may let them differ.
 */
export function guardHost(
  fetch: Fetch,
  { isHostAllowed, telemetry }: {
    readonly isHostAllowed: (host: string) => boolean;
    readonly telemetry: Pick<Telemetry, "count">;
  },
): Fetch {
  return (request, peer) => {
    if (!URL.canParse(request.url)) {
      telemetry.count("requests_refused");
      return refuse(request, STATUS_CODE.BadRequest, { message: "Cannot answer a request whose host is none" });
    }
    const { host } = new URL(request.url);
    // HTTP/2 and HTTP/1.0 have none; the URL has the authority, or where the server listens.
    const hosts = [request.headers.get("host") ?? host, host];
    const other = hosts.find((each) => !isHostAllowed(each));
    if (other === undefined) return fetch(request, peer);
    telemetry.count("requests_refused");
    const shown = JSON.stringify(other.slice(0, 100));
    const message = `Cannot answer for host ${shown}: http.allowed_hosts does not have it`;
    return refuse(request, STATUS_CODE.MisdirectedRequest, { message });
  };
}
