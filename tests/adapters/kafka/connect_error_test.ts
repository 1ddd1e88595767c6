import { assertEquals, assertStringIncludes } from "@std/assert";
import { connectError, type LinkSecurity, silentEndHint } from "../../../adapters/kafka/connect_error.ts";

const plain: LinkSecurity = { tls: false, ca: false, cert: false };
const sasl = { mechanism: "SCRAM-SHA-512", username: "gate" };
const tls: LinkSecurity = { tls: true, ca: false, cert: false };

/** An error as kafkajs throws it. */
function said(message: string, properties: { name?: string; type?: string; code?: string } = {}): Error {
  return Object.assign(new Error(message), properties);
}

function failure(error: Error, security: LinkSecurity, heardTls = false) {
  const { message, fatal } = connectError({ address: "kafka:9092", error, security, heardTls });
  assertStringIncludes(message, "Cannot connect to kafka:9092: ");
  return { message, fatal };
}

Deno.test("a connection that breaks while it authenticates is not a refused password", () => {
  const name = "KafkaJSSASLAuthenticationError";
  for (const why of ["Closed connection", "Connection error: read ECONNRESET", "Not connected"]) {
    const { message, fatal } = failure(said(`SASL PLAIN authentication failed: ${why}`, { name }), { ...plain, sasl });
    assertEquals(fatal, undefined, why);
    assertStringIncludes(message, why);
  }
  const refused = said("SASL SCRAM SHA512 authentication failed: Authentication failed: no", { name });
  assertEquals(failure(refused, { ...plain, sasl }), {
    message: 'Cannot connect to kafka:9092: the broker refuses user "gate" by SCRAM-SHA-512 ' +
      "(Authentication failed: no); check kafka.sasl_username, kafka.sasl_password and kafka.sasl_mechanism",
    fatal: "authentication",
  });
});

Deno.test("what may mend itself is tried again", () => {
  for (const message of ["Connection error: connect ECONNREFUSED", "Connection timeout", "Closed connection"]) {
    for (const security of [plain, { ...plain, sasl }, tls, { ...tls, ca: true, cert: true, sasl }]) {
      const code = message.includes("REFUSED") ? { code: "ECONNREFUSED" } : {};
      assertEquals(failure(said(message, code), security), {
        message: `Cannot connect to kafka:9092: ${message}`,
        fatal: undefined,
      });
    }
  }
});

Deno.test("a port without TLS is told by a hint, since a broker that stops looks the same", () => {
  const message = "Connection error: Client network socket disconnected before secure TLS connection was established";
  const alone = failure(said(message, { code: "ECONNRESET" }), tls);
  assertEquals(alone.fatal, undefined);
  assertStringIncludes(alone.message, 'set kafka.security_protocol to "plaintext"');
  assertStringIncludes(failure(said(message), { ...tls, sasl }).message, 'to "sasl_plaintext"');
});

Deno.test("a port with TLS that is spoken to without is a fatal mistake", () => {
  const closed = said("Closed connection");
  assertEquals(failure(closed, plain, true).fatal, "protocol");
  assertStringIncludes(failure(closed, plain, true).message, 'set kafka.security_protocol to "ssl"');
  assertStringIncludes(failure(closed, { ...plain, sasl }, true).message, 'to "sasl_ssl"');
});

Deno.test("every reason for which a broker's certificate is not trusted is fatal", () => {
  const codes = [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "CERT_HAS_EXPIRED",
  ];
  for (const code of codes) {
    const without = failure(said("Connection error: so", { code }), tls);
    assertEquals(without.fatal, "certificate", code);
    assertStringIncludes(without.message, "(so); set kafka.ssl_ca to a file");
    const having = failure(said("Connection error: so", { code }), { ...tls, ca: true });
    assertStringIncludes(having.message, "kafka.ssl_ca has to have the authority");
  }
  assertEquals(failure(said("x", { code: "ERR_TLS_CERT_ALTNAME_INVALID" }), tls).fatal, "certificate");
});

Deno.test("every way in which a broker refuses a client's certificate is fatal, and no other alert is", () => {
  const alerts = [
    "BadCertificate",
    "UnsupportedCertificate",
    "CertificateRevoked",
    "CertificateExpired",
    "CertificateUnknown",
    "UnknownCA",
    "AccessDenied",
    "CertificateRequired",
  ];
  for (const alert of alerts) {
    const error = said(`Connection error: received fatal alert: ${alert}`);
    const without = failure(error, tls);
    assertEquals(without.fatal, "certificate", alert);
    assertStringIncludes(without.message, `(${alert}); set kafka.ssl_cert and kafka.ssl_key`);
    assertStringIncludes(
      failure(error, { ...tls, cert: true }).message,
      `refuses the certificate of kafka.ssl_cert (${alert})`,
    );
  }
  assertEquals(failure(said("Connection error: received fatal alert: InternalError"), tls).fatal, undefined);
});

Deno.test("a broker that hangs up in silence may ask for SASL, unless it has got it", () => {
  assertStringIncludes(silentEndHint(plain), '"sasl_plaintext"');
  assertStringIncludes(silentEndHint(tls), '"sasl_ssl"');
  assertEquals(silentEndHint({ ...tls, sasl }), "");
});
