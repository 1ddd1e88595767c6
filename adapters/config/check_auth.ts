/** The rules that hold between the settings of who may connect. */
import type * as v from "valibot";
import { isLoopbackHost } from "../auth/address_set.ts";
import type { SECTIONS } from "./all_settings.ts";
import type { Mistake } from "./configuration_error.ts";

type Auth = v.InferOutput<typeof SECTIONS.auth>;

/** What is wrong with who may connect, on that host. */
export function authMistakes(auth: Auth, host: string): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const remote = !isLoopbackHost(host);
  if (auth.mode === "none" && remote && !auth.allow_remote) {
    mistakes.push({
      path: "auth.mode",
      message: `"none" lets everyone in who can reach http.host ${JSON.stringify(host)}: ` +
        'set auth.allow_remote = true if that is meant, or http.host = "127.0.0.1", or auth.mode = "header" or "jwt"',
    });
  }
  if (auth.mode === "header" && remote && !auth.trusted_proxies && auth.proxy_secret === undefined) {
    mistakes.push({
      path: "auth.mode",
      message: `"header" believes everyone who can reach http.host ${JSON.stringify(host)}: ` +
        "set auth.trusted_proxies to the proxy's addresses, or auth.proxy_secret",
    });
  }
  if (auth.mode === "header" && auth.header === auth.proxy_secret_header) {
    mistakes.push({
      path: "auth.proxy_secret_header",
      message: `expected another header than auth.header, got ${JSON.stringify(auth.header)} for both`,
    });
  }
  return mistakes;
}
