/** A real Apache Kafka with TLS, SASL and access rules, each on listeners of its own. */
import { type KafkaCluster, startKafka } from "./broker.ts";
import { kafkaAvailable } from "./kafka_test_case.ts";
import { freePorts } from "./ports.ts";
import { authority, type Certified } from "./secure_certificates.ts";
import { addScramUser } from "./secure_scram.ts";

/** The listeners beside the plain one, by what a client has to bring. */
export type SecureListener = keyof typeof LISTENERS;

/** A running broker. */
export interface SecureKafka extends AsyncDisposable {
  /** The plain listener: whoever comes there may do everything. */
  readonly cluster: KafkaCluster;
  /** `127.0.0.1:<port>` of each secure listener. */
  readonly address: Readonly<Record<SecureListener, string>>;
  /** The authority of the broker's certificate, as PEM. */
  readonly ca: string;
  /** An authority that has signed nothing of this broker, as PEM. */
  readonly otherCa: string;
  /** What the listener `mutual` takes from a client. */
  readonly client: Certified;
  /** What it does not take. */
  readonly stranger: Certified;
}

const LISTENERS = {
  /** SASL without TLS. */
  sasl: "SASL_PLAINTEXT",
  /** The same, where a client has to authenticate again every {@linkcode REAUTHENTICATION_MS}. */
  reauth: "SASL_PLAINTEXT",
  /** TLS alone. */
  tls: "SSL",
  /** TLS with certificates of clients. */
  mutual: "SSL",
  /** Both. */
  sasl_tls: "SASL_SSL",
  /** TLS with a certificate for another address. */
  elsewhere: "SSL",
} as const;

/** How long a session of the listener `reauth` lasts. */
export const REAUTHENTICATION_MS = 3_000;

/** Who may do everything: by PLAIN and both SCRAMs. */
export const USER = { username: "gate", password: "right, \"=' $word" } as const;

/** Who may do what the access rules say: by PLAIN. */
export const LIMITED = { username: "limited", password: "limited-word" } as const;

/** Starts a broker with all listeners. */
export async function startSecureKafka(): Promise<SecureKafka> {
  const names = Object.keys(LISTENERS) as SecureListener[];
  const ports = freePorts(names.length);
  const trusted = authority("Authority of the tests");
  const other = authority("Another authority");
  const stores = {
    here: trusted.certify("broker"),
    elsewhere: trusted.certify("broker", { address: "192.0.2.1" }),
    ca: trusted.cert,
  };
  const cluster = await startKafka({
    properties: ({ port, controllerPort }) => ({
      "listeners": [
        `CLIENTS://127.0.0.1:${port}`,
        `CONTROLLERS://127.0.0.1:${controllerPort}`,
        ...names.map((name, at) => `${name.toUpperCase()}://127.0.0.1:${ports[at]}`),
      ].join(","),
      "advertised.listeners": [
        `CLIENTS://127.0.0.1:${port}`,
        ...names.map((name, at) => `${name.toUpperCase()}://127.0.0.1:${ports[at]}`),
      ].join(","),
      "listener.security.protocol.map": [
        "CLIENTS:PLAINTEXT",
        "CONTROLLERS:PLAINTEXT",
        ...names.map((name) => `${name.toUpperCase()}:${LISTENERS[name]}`),
      ].join(","),
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users": `User:ANONYMOUS;User:${USER.username};User:CN=gate`,
      ...saslProperties(names.filter((name) => LISTENERS[name].startsWith("SASL"))),
      ...tlsProperties(names.filter((name) => LISTENERS[name].endsWith("SSL")), stores),
      "listener.name.mutual.ssl.client.auth": "required",
      "listener.name.reauth.connections.max.reauth.ms": String(REAUTHENTICATION_MS),
    }),
  });
  try {
    await addScramUser(cluster, USER);
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return {
    cluster,
    address: Object.fromEntries(names.map((name, at) => [name, `127.0.0.1:${ports[at]}`])) as SecureKafka["address"],
    ca: trusted.cert,
    otherCa: other.cert,
    client: trusted.certify("gate"),
    stranger: other.certify("gate"),
    [Symbol.asyncDispose]: () => cluster.close(),
  };
}

/** One such broker for all tests of a file, made as `kafkaForFile` does; never where `KAFKA_BROKERS` is set. */
export function secureKafkaForFile(): () => SecureKafka {
  let kafka: SecureKafka | undefined;
  if (kafkaAvailable() && !Deno.env.get("KAFKA_BROKERS")) {
    Deno.test.beforeAll(async () => {
      kafka = await startSecureKafka();
    });
    Deno.test.afterAll(async () => {
      await kafka?.[Symbol.asyncDispose]();
    });
  }
  return () => {
    if (!kafka) throw new Error("Cannot use the secure Kafka of the file outside of a kafkaTest with `nodes`");
    return kafka;
  };
}

function saslProperties(listeners: readonly string[]): Record<string, string> {
  const login = "org.apache.kafka.common.security";
  const users = [USER, LIMITED].map(({ username, password }) => `user_${username}=${quoted(password)}`).join(" ");
  return Object.fromEntries(listeners.flatMap((name) => [
    [`listener.name.${name}.sasl.enabled.mechanisms`, "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"],
    [`listener.name.${name}.plain.sasl.jaas.config`, escaped(`${login}.plain.PlainLoginModule required ${users};`)],
    [`listener.name.${name}.scram-sha-256.sasl.jaas.config`, `${login}.scram.ScramLoginModule required;`],
    [`listener.name.${name}.scram-sha-512.sasl.jaas.config`, `${login}.scram.ScramLoginModule required;`],
  ]));
}

function tlsProperties(
  listeners: readonly string[],
  stores: { readonly here: Certified; readonly elsewhere: Certified; readonly ca: string },
): Record<string, string> {
  return Object.fromEntries(listeners.flatMap((name) => {
    const { cert, key } = name === "elsewhere" ? stores.elsewhere : stores.here;
    return [
      [`listener.name.${name}.ssl.keystore.type`, "PEM"],
      [`listener.name.${name}.ssl.keystore.certificate.chain`, escaped(cert)],
      [`listener.name.${name}.ssl.keystore.key`, escaped(key)],
      [`listener.name.${name}.ssl.truststore.type`, "PEM"],
      [`listener.name.${name}.ssl.truststore.certificates`, escaped(stores.ca)],
    ];
  }));
}

/** A value inside a JAAS line. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}

/** A value of a Java properties file. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
