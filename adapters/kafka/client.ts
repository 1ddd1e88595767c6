/** The kafkajs client that everything of the Kafka adapter is made of. */
import { Kafka, logLevel, type SASLOptions } from "kafkajs";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { KafkaConnection, KafkaDeadlines, KafkaTls } from "./options.ts";

const ADDRESS = /^([^:\s[\]]+):([0-9]{1,5})$/;

/**
 * How long before a session ends a connection authenticates again. A broker takes that once a second at the most, so that
 * kafkajs' own 10 s would break every session of less than 11 s.
 */
const REAUTHENTICATE_AHEAD_MS = 1_500;

/** Where a broker listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * The address that `host:port` says.
 *
 * @throws {TypeError} where it is none
 */
export function parseAddress(text: string): Address {
  const match = ADDRESS.exec(text);
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65_535) {
    throw new TypeError(`Cannot reach Kafka at ${JSON.stringify(text)}: expected host:port, as in "kafka-1:9092"`);
  }
  return { host: match[1]!, port };
}

/**
 * Makes a kafkajs client: it connects to nothing yet. Its own retries are off; what it logs goes to `telemetry` as
 * `debug`, since every failure that matters reaches its caller.
 *
 * @throws {TypeError} where a broker's address is none
 */
export function kafkaClient(
  connection: KafkaConnection,
  options: { readonly deadlines: Pick<KafkaDeadlines, "connectMs" | "requestMs">; readonly telemetry: Telemetry },
): Kafka {
  const { deadlines, telemetry } = options;
  if (connection.brokers.length === 0) throw new TypeError("Cannot reach Kafka: no broker is named");
  connection.brokers.forEach(parseAddress);
  const ssl = tlsOptions(connection.ssl);
  return new Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: deadlines.connectMs,
    authenticationTimeout: deadlines.connectMs,
    requestTimeout: deadlines.requestMs,
    reauthenticationThreshold: REAUTHENTICATE_AHEAD_MS,
    // Ours are kept by `Link`; kafkajs' would be looked at ten times a second on each connection.
    enforceRequestTimeout: false,
    retry: { retries: 0 },
    logLevel: logLevel.WARN,
    logCreator: () => ({ namespace, label, log }) =>
      telemetry.note("debug", "kafkajs", { namespace, level: label, said: log.message }),
    ...(ssl === undefined ? {} : { ssl }),
    // kafkajs keeps its authenticator in this object: a copy.
    ...(connection.sasl === undefined ? {} : { sasl: { ...connection.sasl } as SASLOptions }),
    ...(connection.socketFactory === undefined ? {} : { socketFactory: connection.socketFactory }),
  });
}

function tlsOptions(ssl: boolean | KafkaTls | undefined) {
  if (ssl === undefined || ssl === false) return undefined;
  if (ssl === true) return true;
  const { ca, cert, key, rejectUnauthorized } = ssl;
  return {
    rejectUnauthorized: rejectUnauthorized ?? true,
    ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
