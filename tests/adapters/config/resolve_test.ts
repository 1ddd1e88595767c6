import { assertEquals, assertStringIncludes } from "@std/assert";
import { authority } from "../../kafka/secure_certificates.ts";
import { load, mistakes, type Surroundings } from "./fixtures.ts";

/** The mistakes' paths. */
function paths(surroundings: Surroundings): readonly string[] {
  return mistakes(surroundings).map((mistake) => mistake.split(": ", 1)[0]!);
}

const SECRET = "s".repeat(32);
const CA = authority("An authority");
const OWN = CA.certify("gate");

Deno.test("hosts of this machine need no consent", () => {
  for (const host of ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST", "::ffff:127.0.0.1"]) {
    for (const mode of ["none", "header"]) {
      assertEquals(load({ toml: `[http]\nhost = "${host}"\n[auth]\nmode = "${mode}"` }).http.host, host);
    }
  }
});

Deno.test("mode none off this machine is refused unless that is said to be meant", () => {
  for (const host of ["0.0.0.0", "::", "192.168.0.7", "gate.example", "localhost.example", "::2", "128.0.0.1"]) {
    assertEquals(paths({ env: { HTTP_HOST: host } }), ["auth.mode"], host);
    assertEquals(load({ env: { HTTP_HOST: host }, toml: "[auth]\nallow_remote = true" }).auth.allowRemote, true);
  }
  assertStringIncludes(mistakes({ env: { HTTP_HOST: "0.0.0.0" } })[0]!, "auth.allow_remote = true");
});

Deno.test("mode header off this machine is refused unless it is said who may set the header", () => {
  const toml = (line: string) => `[http]\nhost = "0.0.0.0"\n[auth]\nmode = "header"\n${line}`;
  assertEquals(paths({ toml: toml("") }), ["auth.mode"]);
  assertEquals(paths({ toml: toml("allow_remote = true") }), ["auth.mode"]);
  assertEquals(load({ toml: toml('trusted_proxies = ["fd00::/8"]') }).auth.trustedProxies, ["fd00::/8"]);
  assertEquals(load({ toml: toml(`proxy_secret = "${SECRET}"`) }).auth.proxySecret, SECRET);
  assertEquals(paths({ toml: toml("trusted_proxies = []") }), ["auth.trusted_proxies"]);
});

Deno.test("the user's header and the secret's cannot be one", () => {
  const toml = '[auth]\nmode = "header"\nheader = "X-A"\nproxy_secret_header = "x-a"';
  assertEquals(paths({ toml }), ["auth.proxy_secret_header"]);
});

Deno.test("what cannot be a host is refused before anything listens", () => {
  for (const host of ["", "http://x", "a b", "1.2.3.4:80", "1.2.3.256", "1.2.3", "-a", "[::1]", "a".repeat(300)]) {
    assertEquals(paths({ toml: `[http]\nhost = ${JSON.stringify(host)}` }), ["http.host"], host);
  }
});

Deno.test("Kafka without security has neither TLS nor SASL, and topics that have to exist", () => {
  assertEquals<unknown>(load({ toml: 'name = "gate"\n[kafka]\nbrokers = ["a:1"]' }).kafka, {
    brokers: ["a:1"],
    clientId: "gate",
    ssl: false,
    createTopics: false,
  });
});

Deno.test("certificates are read, and SASL is put together", () => {
  const toml = `
    [kafka]
    brokers = ["a", "b:2"]
    client_id = "me"
    security_protocol = "SASL_SSL"
    sasl_mechanism = "SCRAM-SHA-256"
    sasl_username = "user"
    sasl_password = "word"
    ssl_ca = "ca.pem"
    ssl_cert = "cert.pem"
    ssl_key = "key.pem"
    create_topics = true
    create_partitions = 6
    create_replication = 3
  `;
  const files = { "ca.pem": CA.cert, "cert.pem": OWN.cert + CA.cert, "key.pem": OWN.key };
  assertEquals<unknown>(load({ toml, files }).kafka, {
    brokers: ["a:9092", "b:2"],
    clientId: "me",
    ssl: { ca: files["ca.pem"], cert: files["cert.pem"], key: files["key.pem"] },
    sasl: { mechanism: "scram-sha-256", username: "user", password: "word" },
    createTopics: { partitions: 6, replicationFactor: 3 },
  });
  assertEquals(mistakes({ toml }).length, 3);
  assertStringIncludes(mistakes({ toml })[0]!, 'kafka.ssl_ca: cannot read "ca.pem"');
});

Deno.test("Kafka's settings have to fit each other", () => {
  const toml = (lines: string) => `[kafka]\nbrokers = ["a:1"]\n${lines}`;
  const files = { c: OWN.cert, k: OWN.key };
  assertEquals(paths({ toml: '[log]\nkind = "kafka"' }), ["kafka.brokers"]);
  assertEquals(paths({ toml: toml('security_protocol = "sasl_ssl"') }), [
    "kafka.sasl_mechanism",
    "kafka.sasl_username",
    "kafka.sasl_password",
  ]);
  assertEquals(paths({ toml: toml('sasl_username = "a"\nsasl_password = "b"') }), [
    "kafka.sasl_username",
    "kafka.sasl_password",
  ]);
  assertEquals(load({ toml: toml('sasl_mechanism = "plain"') }).kafka?.sasl, undefined);
  assertEquals(paths({ toml: toml('ssl_ca = "c"'), files }), ["kafka.ssl_ca"]);
  assertEquals(paths({ toml: toml('security_protocol = "ssl"\nssl_cert = "c"'), files }), ["kafka.ssl_key"]);
  assertEquals(paths({ toml: toml('security_protocol = "ssl"\nssl_key = "k"'), files }), ["kafka.ssl_cert"]);
  assertEquals(load({ toml: toml('security_protocol = "ssl"\nssl_ca = "c"'), files }).kafka?.ssl, { ca: OWN.cert });
});

Deno.test("files that hold no certificate, no key, or not those of each other are refused by name", () => {
  const own = 'ssl_ca = "ca"\nssl_cert = "cert"\nssl_key = "key"';
  const toml = `[kafka]\nbrokers = ["a:1"]\nsecurity_protocol = "ssl"\n${own}`;
  const good = { ca: CA.cert, cert: OWN.cert, key: OWN.key };
  const told = (files: Partial<typeof good>) => mistakes({ toml, files: { ...good, ...files } });
  const damaged = CA.cert.replace("MII", "MIJ");
  assertEquals(told({ ca: "nothing", cert: OWN.key, key: OWN.cert }), [
    'kafka.ssl_ca: cannot use "ca": expected -----BEGIN CERTIFICATE-----',
    'kafka.ssl_cert: cannot use "cert": expected -----BEGIN CERTIFICATE-----',
    'kafka.ssl_key: cannot use "key": expected -----BEGIN PRIVATE KEY-----',
  ]);
  assertEquals(told({ ca: CA.cert + damaged }), ['kafka.ssl_ca: cannot use "ca": its certificate 2 cannot be read']);
  assertEquals(told({ key: OWN.key.replace(/\n.{9}/, "\n") }), [
    'kafka.ssl_key: cannot use "key": its key cannot be read',
  ]);
  assertStringIncludes(told({ key: OWN.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE") })[0]!, "without a passphrase");
  assertEquals(told({ key: CA.key }), ["kafka.ssl_key: not the key of the first certificate in ssl_cert"]);
  assertEquals(load({ toml, files: good }).kafka?.ssl, good);
});

Deno.test("Kafka's settings do not matter where the log is another one", () => {
  const toml = '[log]\nkind = "memory"\n[kafka]\nsecurity_protocol = "sasl_ssl"\nssl_ca = "absent"';
  assertEquals(load({ toml }).kafka, undefined);
});

Deno.test("what cannot be a broker is refused", () => {
  for (
    const broker of ["", ":9092", "a:", "a:0", "a:65536", "a:b", "kafka://a:1", "a b:1", "::1", "[::1]:9092", "a:1:2"]
  ) {
    assertEquals(
      paths({ toml: `[kafka]\nbrokers = ["ok:1", ${JSON.stringify(broker)}]` }),
      ["kafka.brokers[1]"],
      broker,
    );
  }
});
