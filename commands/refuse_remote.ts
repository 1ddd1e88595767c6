/** The start rule of a gateway that is not told where it listens: who is let in by its address alone comes from this machine. */
import { isLoopbackHost } from "../adapters/auth/mod.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { refuse } from "../adapters/http/answer.ts";
import type { Fetch } from "../adapters/http/peer.ts";
import type { Telemetry } from "../domain/ports/telemetry.ts";

/** Why nobody of another machine is answered, as a client is told, and what an operator can do about it. */
export interface RemoteRule {
  readonly why: string;
  readonly wayOut: string;
}

/** The rule of a configuration; `undefined` where clients of other machines may come. */
export function remoteRule({ auth }: Pick<Configuration, "auth">): RemoteRule | undefined {
  const { mode, allowRemote, trustedProxies, proxySecret } = auth;
  if (mode === "none" && !allowRemote) {
    return {
      why: "anonymous users are taken from this machine only, unless auth.allow_remote = true",
      wayOut: 'set auth.allow_remote = true if they are to be let in, or auth.mode = "header" or "jwt"',
    };
  }
  if (mode === "header" && !trustedProxies && proxySecret === undefined) {
    return {
      why:
        "who users are is believed of this machine only, unless auth.trusted_proxies or auth.proxy_secret says of whom",
      wayOut: "set auth.trusted_proxies to the proxy's addresses, or auth.proxy_secret, if they are to be let in",
    };
  }
  return undefined;
}

/** Answers 403 to every request of another machine where the configuration's rule is so; the first is told in the log. */
export function refuseRemote(
  fetch: Fetch,
  { configuration, telemetry }: { readonly configuration: Pick<Configuration, "auth">; readonly telemetry: Telemetry },
): Fetch {
  const rule = remoteRule(configuration);
  if (!rule) return fetch;
  let told = false;
  return (request, peer) => {
    const { remoteAddress } = peer;
    if (isLoopbackHost(remoteAddress)) return fetch(request, peer);
    telemetry.count("requests_refused");
    if (!told) {
      told = true;
      telemetry.note("warn", `Clients of other machines are answered 403: ${rule.wayOut}`, { remoteAddress });
    }
    return refuse(request, 403, { message: `Cannot answer ${JSON.stringify(remoteAddress)}: ${rule.why}` });
  };
}
