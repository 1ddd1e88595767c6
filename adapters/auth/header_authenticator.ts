/** Authentication by a proxy: it says who the user is in a header. */
import { of } from "rxjs";
import { disconnect } from "../../domain/disconnect.ts";
import type { Admission, Authenticator, Handshake } from "../../domain/ports/authenticator.ts";
import { quoted } from "../telemetry/printable.ts";
import { addressSet, LOOPBACK } from "./address_set.ts";
import { sameSecret } from "./same_secret.ts";
import { parseUserUuid } from "./user_uuid.ts";

/** Whose header is believed, and which one. */
export interface HeaderAuthenticatorOptions {
  /** The header that holds the user's UUID. Default `user_id`. */
  readonly header?: string;
  /**
   * The addresses that requests may come from, and ranges of them (`10.0.0.0/8`). Default: this machine only, or any
   * address where there is a `proxySecret`.
   */
  readonly trustedProxies?: readonly string[];
  /** What the proxy has to send in `proxySecretHeader`, besides coming from one of `trustedProxies`. */
  readonly proxySecret?: string;
  /** Default `x-tidegate-proxy-secret`. */
  readonly proxySecretHeader?: string;
}

/**
 * Believes the header of a trusted proxy. A handshake is refused with 403 where it is not from one, and with 400 where
 * the header is missing, is there twice, or is no UUID. The UUID may be of any version and in either case; the user id
 * is in lower case. The proxy has to take the header out of what its own clients send.
 */
export function headerAuthenticator(options: HeaderAuthenticatorOptions = {}): Authenticator {
  const { proxySecret } = options;
  const header = (options.header ?? "user_id").toLowerCase();
  const secretHeader = (options.proxySecretHeader ?? "x-tidegate-proxy-secret").toLowerCase();
  const trusted = options.trustedProxies ?? (proxySecret === undefined ? LOOPBACK : undefined);
  const proxies = trusted && addressSet(trusted);
  const isSecret = proxySecret === undefined ? undefined : sameSecret(proxySecret);

  const judge = (handshake: Handshake): Admission => {
    if (proxies && !proxies.has(handshake.remoteAddress)) {
      return refuse(403, `Cannot believe ${header} from ${quoted(handshake.remoteAddress)}: it is no trusted proxy`);
    }
    if (isSecret) {
      const secrets = handshake.header(secretHeader);
      if (secrets.length !== 1 || !isSecret(secrets[0]!)) {
        const what = secrets.length === 0
          ? "is missing"
          : secrets.length > 1
          ? "is there twice"
          : "is not the right one";
        return refuse(403, `Cannot believe ${header}: the proxy's ${secretHeader} ${what}`);
      }
    }
    const values = handshake.header(header);
    if (values.length === 0) return refuse(400, `Cannot tell who is connecting: header ${header} is missing`);
    if (values.length > 1) {
      return refuse(
        400,
        `Cannot tell who is connecting: header ${header} is there ${values.length} times, expected once`,
      );
    }
    const user = parseUserUuid(values[0]!);
    return user
      ? { kind: "identified", identity: { user } }
      : refuse(400, `Cannot tell who is connecting: header ${header} is ${quoted(values[0]!)}, expected a UUID`);
  };

  return {
    admit: (handshake) => of(judge(handshake)),
    // No admission of this authenticator is `awaited`; a frame proves nothing to it.
    identify: () => of(disconnect("unauthenticated", "expected the user's header in the handshake")),
  };
}

function refuse(status: 400 | 403, message: string): Admission {
  return { kind: "refused", status, message };
}
