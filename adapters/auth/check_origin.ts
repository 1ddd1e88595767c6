/** Which web pages may connect: a browser says in `Origin` whose page it is, and lets every page connect anywhere. */
import { of } from "rxjs";
import type { Authenticator, Handshake } from "../../domain/ports/authenticator.ts";
import { quoted } from "../telemetry/printable.ts";
import { isThisMachine } from "./host_rule.ts";

/** Whose pages are let in. */
export interface OriginOptions {
  /** Origins such as `https://app.example.com`, besides those that `thisMachineOnly` says; `*` is all of them. */
  readonly allowedOrigins?: readonly string[];
  /**
   * Whether the gateway is for this machine only: then pages of this machine are let in, of any port, and no others, as any name can be
   * made to lead here (DNS rebinding). Else it is those of the gateway's own origin, which is the `Host` of the request.
   */
  readonly thisMachineOnly: boolean;
}

/** Whether a text is what `Origin` holds of a page, such as `https://app.example.com:8443`, or `*`. */
export function isOrigin(text: string): boolean {
  return text === "*" || (URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text);
}

/** Says of an `Origin` and a handshake whether pages of it are let in. */
export function originRule(options: OriginOptions): (origin: string, handshake: Handshake) => boolean {
  const allowed = new Set(options.allowedOrigins ?? []);
  return (origin, handshake) => {
    if (allowed.has("*") || allowed.has(origin)) return true;
    if (!URL.canParse(origin) || !/^https?:/.test(origin)) return false;
    const { host, hostname } = new URL(origin);
    if (options.thisMachineOnly) return isThisMachine(hostname.replace(/^\[(.*)\]$/, "$1"));
    const hosts = handshake.header("host");
    return hosts.length === 1 && hosts[0]!.toLowerCase() === host;
  };
}

/**
 * Refuses with 403 the handshakes that a browser makes for a page of another site, before `authenticator` sees them. Without this any
 * page that a user looks at could act as that user, or reach a gateway that is for this machine only. Programs send no `Origin`.
 */
export function checkOrigin(authenticator: Authenticator, options: OriginOptions): Authenticator {
  const isAllowed = originRule(options);
  return {
    ...authenticator,
    admit(handshake) {
      const foreign = handshake.header("origin").find((origin) => !isAllowed(origin, handshake));
      if (foreign === undefined) return authenticator.admit(handshake);
      return of({
        kind: "refused",
        status: 403,
        message: `Cannot let pages of ${quoted(foreign)} in: auth.allowed_origins does not have it`,
      });
    },
  };
}
