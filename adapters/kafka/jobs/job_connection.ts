/** How a job reaches Kafka. */
import type { Random } from "../../../domain/ports/clock.ts";
import type { Telemetry } from "../../../domain/ports/telemetry.ts";
import { scriptTelemetry } from "../../telemetry/mod.ts";
import type { KafkaConnection, KafkaDeadlines, KafkaLimits, KafkaLogOptions } from "../options.ts";

/** What every source and sink of a job takes, so that a script writes it once. */
export interface KafkaJobConnection extends Omit<KafkaConnection, "clientId"> {
  /** The name that brokers' logs and quotas show. Default `tidegate-job`. */
  readonly clientId?: string;
  /** What differs from {@linkcode KAFKA_DEADLINES}. */
  readonly deadlines?: Partial<KafkaDeadlines>;
  /** Default: lines on standard error, from `info` on. */
  readonly telemetry?: Telemetry;
  /** Default: the machine's. */
  readonly random?: Random;
}

/** The options of the log that a source or sink stands on. */
export function jobLog(
  connection: KafkaJobConnection,
  of: Pick<KafkaLogOptions, "topics" | "createTopics"> & { readonly limits?: Partial<KafkaLimits> },
): KafkaLogOptions {
  const { brokers, clientId = "tidegate-job", ssl, sasl, socketFactory, deadlines } = connection;
  return {
    brokers,
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(socketFactory === undefined ? {} : { socketFactory }),
    ...(deadlines === undefined ? {} : { deadlines }),
    telemetry: connection.telemetry ?? scriptTelemetry(),
    random: connection.random ?? { uuid: () => crypto.randomUUID(), fraction: () => Math.random() },
    ...of,
  };
}
