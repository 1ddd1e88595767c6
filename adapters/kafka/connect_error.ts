/** Why a broker could not be connected to, in words for an operator, with the way out. */
import { LinkError } from "./link_error.ts";

/** What a connection brings. */
export interface LinkSecurity {
  readonly tls: boolean;
  /** Authorities of the configuration take the place of the known ones. */
  readonly ca: boolean;
  /** It has a certificate of its own. */
  readonly cert: boolean;
  /** Who it says that it is; the mechanism in capitals. */
  readonly sasl?: { readonly mechanism: string; readonly username: string };
}

/** A connection that failed before it was open. */
export interface FailedConnect {
  /** `host:port` */
  readonly address: string;
  /** Kafkajs' error. */
  readonly error: unknown;
  readonly security: LinkSecurity;
  /** Whether the broker answered bytes of TLS to what was not. */
  readonly heardTls: boolean;
}

/** What kafkajs' errors have. */
interface KafkajsError {
  readonly name?: string;
  /** Kafka's name of an error code. */
  readonly type?: string;
  /** The code of the socket's error. */
  readonly code?: string;
}

/** Kafkajs says that authentication failed where the connection failed in the middle of it, too. */
const NOT_REFUSED = /failed: (?:Connection |Closed connection|Not connected)/;
/** What one side of TLS tells the other of its certificate (RFC 8446, 6.2), in Deno's words. */
const CERTIFICATE_ALERT =
  /fatal alert: ((?:Bad|Unsupported)Certificate|Certificate(?:Revoked|Expired|Unknown|Required)|UnknownCA|AccessDenied)/;
/** The verification of a broker's certificate failed: OpenSSL's names, which Deno takes over. */
const UNVERIFIED = /^(?:UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_)/;
/** The other side does not speak TLS, or hangs up when it is spoken to. */
const NO_TLS = /before secure TLS connection was established|InvalidContentType|tls handshake eof/i;

/** The error to fail with: fatal where waiting does not mend it. */
export function connectError(failed: FailedConnect): LinkError {
  const { address, error, security } = failed;
  const said = error instanceof Error ? error.message : String(error);
  const { name, type, code } = error as KafkajsError;
  const fail = (why: string, fatal?: LinkError["fatal"]) =>
    new LinkError(`Cannot connect to ${address}: ${why}`, fatal);

  if (failed.heardTls) {
    const protocol = security.sasl ? "sasl_ssl" : "ssl";
    return fail(`the broker speaks TLS on this port; set kafka.security_protocol to "${protocol}"`, "protocol");
  }
  if (security.tls) {
    const tls = tlsFailure(said.replace(/^Connection error: /, ""), { code, security });
    if (tls) return fail(tls.why, tls.fatal);
  }
  if (security.sasl) {
    const { mechanism, username } = security.sasl;
    if (type === "UNSUPPORTED_SASL_MECHANISM") {
      return fail(
        `the broker does not take ${mechanism}; set kafka.sasl_mechanism to one that it takes`,
        "authentication",
      );
    }
    if (type === "ILLEGAL_SASL_STATE") {
      const protocol = security.tls ? "ssl" : "plaintext";
      return fail(
        `the broker does not ask for SASL on this port; set kafka.security_protocol to "${protocol}"`,
        "protocol",
      );
    }
    if (name === "KafkaJSSASLAuthenticationError" && !NOT_REFUSED.test(said)) {
      return fail(
        `the broker refuses user ${JSON.stringify(username)} by ${mechanism} ` +
          `(${said.replace(/^SASL .*? failed: /, "")}); ` +
          "check kafka.sasl_username, kafka.sasl_password and kafka.sasl_mechanism",
        "authentication",
      );
    }
  }
  return fail(said);
}

/** What to add to the news that a broker hung up before it had answered anything: no other sign is given. */
export function silentEndHint({ tls, sasl }: LinkSecurity): string {
  if (sasl) return "";
  return `; if the broker asks for SASL on this port, set kafka.security_protocol to "${
    tls ? "sasl_ssl" : "sasl_plaintext"
  }"`;
}

function tlsFailure(
  said: string,
  { code, security }: { readonly code: string | undefined; readonly security: LinkSecurity },
): { readonly why: string; readonly fatal?: LinkError["fatal"] } | undefined {
  const alert = CERTIFICATE_ALERT.exec(said)?.[1];
  if (alert !== undefined) {
    const why = security.cert
      ? `the broker refuses the certificate of kafka.ssl_cert (${alert})`
      : `the broker asks for a certificate of the gateway (${alert}); set kafka.ssl_cert and kafka.ssl_key`;
    return { why, fatal: "certificate" };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      why: `the broker's certificate is for another address (${said}); ` +
        "name brokers as their certificates do, in kafka.brokers and in what they advertise",
      fatal: "certificate",
    };
  }
  if (code !== undefined && UNVERIFIED.test(code)) {
    const mend = security.ca
      ? "kafka.ssl_ca has to have the authority that signed it, and it has to be valid now"
      : "set kafka.ssl_ca to a file with the authority that signed it";
    return { why: `the broker's certificate cannot be verified (${said}); ${mend}`, fatal: "certificate" };
  }
  if (NO_TLS.test(said)) {
    const protocol = security.sasl ? "sasl_plaintext" : "plaintext";
    return {
      why:
        `no TLS connection was made (${said}); if this port has no TLS, set kafka.security_protocol to "${protocol}"`,
    };
  }
  return undefined;
}
