/** The rules that hold between the settings of Kafka. */
import type * as v from "valibot";
import type { SECTIONS } from "./all_settings.ts";
import type { KafkaConfiguration } from "./configuration.ts";
import type { Mistake } from "./configuration_error.ts";
import { areOnePair, certificatesIn, privateKeyIn } from "./pem.ts";

type Kafka = v.InferOutput<typeof SECTIONS.kafka>;

/** What resolving Kafka's section needs besides it. */
export interface KafkaSurroundings {
  /** The client id where the section has none. */
  readonly name: string;
  /** The text of a file; throws where it cannot be read. */
  readonly readTextFile: (path: string) => string;
}

/** The section as the gateway uses it, certificates read, or what is wrong with it. */
export function resolveKafka(
  kafka: Kafka,
  surroundings: KafkaSurroundings,
): { readonly output?: KafkaConfiguration; readonly mistakes: readonly Mistake[] } {
  const mistakes: Mistake[] = [];
  const miss = (key: string, message: string) => void mistakes.push({ path: `kafka.${key}`, message });
  const protocol = kafka.security_protocol;
  const tls = protocol === "ssl" || protocol === "sasl_ssl";

  if (!kafka.brokers) miss("brokers", 'log.kind is "kafka": expected one broker at least, such as ["127.0.0.1:9092"]');

  const { sasl_mechanism: mechanism, sasl_username: username, sasl_password: password } = kafka;
  const wantsSasl = protocol === "sasl_plaintext" || protocol === "sasl_ssl";
  for (const key of ["sasl_mechanism", "sasl_username", "sasl_password"] as const) {
    if (wantsSasl && kafka[key] === undefined) miss(key, `security_protocol is "${protocol}": expected a value`);
  }
  // A mechanism alone is harmless; credentials that are never sent mean that the protocol is not what was meant.
  for (const key of ["sasl_username", "sasl_password"] as const) {
    if (!wantsSasl && kafka[key] !== undefined) {
      miss(
        key,
        `not used while security_protocol is "${protocol}": set "sasl_ssl" or "sasl_plaintext", or leave it out`,
      );
    }
  }

  const pem: { ca?: string; cert?: string; key?: string } = {};
  for (const [name, path] of [["ca", kafka.ssl_ca], ["cert", kafka.ssl_cert], ["key", kafka.ssl_key]] as const) {
    if (path === undefined) continue;
    if (!tls) {
      miss(
        `ssl_${name}`,
        `not used while security_protocol is "${protocol}": set "ssl" or "sasl_ssl", or leave it out`,
      );
      continue;
    }
    try {
      pem[name] = surroundings.readTextFile(path);
    } catch (error) {
      miss(`ssl_${name}`, `cannot read ${JSON.stringify(path)}: ${error instanceof Error ? error.message : error}`);
    }
  }
  const used = <T>(name: keyof typeof pem, parse: (text: string) => T): T | undefined => {
    try {
      return pem[name] === undefined ? undefined : parse(pem[name]);
    } catch (error) {
      miss(`ssl_${name}`, `cannot use ${JSON.stringify(kafka[`ssl_${name}`])}: ${(error as Error).message}`);
    }
  };
  used("ca", certificatesIn);
  const [certificate] = used("cert", certificatesIn) ?? [];
  const privateKey = used("key", privateKeyIn);
  if (certificate && privateKey && !areOnePair(certificate, privateKey)) {
    miss("ssl_key", "not the key of the first certificate in ssl_cert");
  }
  if (tls && (kafka.ssl_cert === undefined) !== (kafka.ssl_key === undefined)) {
    const [absent, present] = kafka.ssl_cert === undefined ? ["ssl_cert", "ssl_key"] : ["ssl_key", "ssl_cert"];
    miss(absent, `${present} is given: expected both, or neither`);
  }

  if (mistakes.length > 0 || !kafka.brokers) return { mistakes };
  const sasl = wantsSasl && mechanism && username !== undefined && password !== undefined
    ? { sasl: { mechanism, username, password } }
    : {};
  return {
    mistakes: [],
    output: {
      brokers: kafka.brokers,
      clientId: kafka.client_id ?? surroundings.name,
      ssl: tls && Object.keys(pem).length > 0 ? pem : tls,
      ...sasl,
      createTopics: kafka.create_topics && {
        partitions: kafka.create_partitions,
        replicationFactor: kafka.create_replication,
      },
    },
  };
}
