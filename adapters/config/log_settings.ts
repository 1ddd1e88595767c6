/** The settings of the log: embedded, or Kafka. */
import * as v from "valibot";
import { openSetting, setting, wholeNumber } from "./setting.ts";

const BROKER = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?(?::([0-9]{1,5}))?$/;
const KAFKA_PORT = 9092;
const file = v.pipe(v.string(), v.minLength(1));

/** Kafka clients of every language take the port as 9092 where it is left out. */
function withPort(broker: string): string {
  return broker.includes(":") ? broker : `${broker}:${KAFKA_PORT}`;
}

function isBroker(text: string): boolean {
  const match = BROKER.exec(text);
  const port = match?.[1] === undefined ? KAFKA_PORT : Number(match[1]);
  return match !== null && port >= 1 && port <= 65_535;
}

/** `[log]` */
export const LOG = v.object({
  kind: openSetting(v.picklist(["sqlite", "memory", "kafka"]), {
    about: "Where messages are kept: in a file, in memory until the process ends, or in Kafka",
    expected: '"sqlite", "memory" or "kafka"',
    otherwise: '`"kafka"` where `kafka.brokers` is given, else `"sqlite"`',
  }),
  path: setting(file, {
    about: "The folder of the file `log.sqlite`",
    expected: "the path of a folder",
    default: "./data",
  }),
  partitions: wholeNumber({ min: 1, max: 1_024, default: 4 }, {
    about: "Partitions of each topic of an embedded log",
  }),
  retention_hours: openSetting(v.pipe(v.number(), v.gtValue(0), v.maxValue(1_000_000)), {
    about: "Hours after which an embedded log forgets a record",
    expected: "a number over 0, at most 1000000",
    otherwise: "never",
  }),
  retention_bytes: openSetting(v.pipe(v.number(), v.integer(), v.minValue(1024), v.maxValue(Number.MAX_SAFE_INTEGER)), {
    about: "Bytes over which an embedded log forgets its oldest records",
    expected: `a whole number from 1024 to ${Number.MAX_SAFE_INTEGER}`,
    otherwise: "no limit",
  }),
});

/** `[kafka]` */
export const KAFKA = v.object({
  brokers: openSetting(v.pipe(v.array(v.pipe(v.string(), v.check(isBroker), v.transform(withPort))), v.minLength(1)), {
    about: "The brokers to ask first; the environment separates them with commas",
    expected: 'host:port for each broker, such as ["127.0.0.1:9092"]',
    env: ["KAFKA_BROKERS", "KAFKA_BROKER"],
  }),
  client_id: openSetting(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,100}$/)), {
    about: "The name that brokers' logs and quotas show",
    expected: "1 to 100 printable ASCII characters",
    otherwise: "`name`",
  }),
  security_protocol: setting(
    v.pipe(v.string(), v.toLowerCase(), v.picklist(["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"])),
    {
      about: "How brokers are reached, in either case",
      expected: '"plaintext", "ssl", "sasl_plaintext" or "sasl_ssl"',
      env: ["KAFKA_SECURITY_PROTOCOL"],
      default: "plaintext",
    },
  ),
  sasl_mechanism: openSetting(
    v.pipe(v.string(), v.toLowerCase(), v.picklist(["plain", "scram-sha-256", "scram-sha-512"])),
    {
      about: "How the gateway proves who it is, with `sasl_plaintext` and `sasl_ssl`",
      expected: '"PLAIN", "SCRAM-SHA-256" or "SCRAM-SHA-512"',
      env: ["KAFKA_SASL_MECHANISMS"],
    },
  ),
  sasl_username: openSetting(v.pipe(v.string(), v.minLength(1)), {
    about: "Who the gateway is to the brokers",
    expected: "a text",
    env: ["KAFKA_SASL_USERNAME"],
  }),
  sasl_password: openSetting(v.pipe(v.string(), v.minLength(1)), {
    about: "The password of `sasl_username`",
    expected: "a text",
    env: ["KAFKA_SASL_PASSWORD"],
    secret: true,
  }),
  ssl_ca: openSetting(file, {
    about: "A file with the certificates to trust, in PEM, with `ssl` and `sasl_ssl`",
    expected: "the path of a file",
    otherwise: "Mozilla's, or the system's where `DENO_TLS_CA_STORE=system`",
  }),
  ssl_cert: openSetting(file, {
    about: "A file with the gateway's own certificate, in PEM",
    expected: "the path of a file",
  }),
  ssl_key: openSetting(file, {
    about: "A file with the private key of `ssl_cert`, in PEM",
    expected: "the path of a file",
  }),
  create_topics: setting(v.boolean(), {
    about: "Whether topics of routes that do not exist are made at the start",
    expected: "true or false",
    env: ["KAFKA_CREATE_TOPICS"],
    default: false,
  }),
  create_partitions: wholeNumber({ min: 1, max: 10_000, default: 4 }, {
    about: "Partitions of a topic that is made",
  }),
  create_replication: wholeNumber({ min: 1, max: 100, default: 1 }, {
    about: "Replicas of a topic that is made: 3 where losing a broker must lose no message",
  }),
});
