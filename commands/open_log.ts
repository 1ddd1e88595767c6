/** The log that a configuration asks for. */
import { memoryTail } from "../adapters/log/memory_tail/memory_tail.ts";
import type { Clock, Random } from "../domain/ports/clock.ts";
import { PRESENCE_TOPIC } from "../domain/presence_word.ts";
import type { OpenLog } from "../domain/ports/log.ts";
import type { Telemetry } from "../domain/ports/telemetry.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { nodeTopics } from "./node_topics.ts";

/** What logs need of the process. */
export interface LogSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** A log that is being reached. */
export interface StartingLog {
  readonly log: OpenLog;
  /**
   * Resolves when the log was reached for the first time; rejects where that is hopeless, such as for a missing topic.
   * A Kafka that is away is waited for.
   */
  readonly startup: Promise<void>;
  /** Where gateways on it tell each other who is present; absent where there is one alone, or no route shares that. */
  readonly presenceTopic?: string;
}

/**
 * Opens the log of a configuration. What a kind of log needs is loaded when that kind is opened.
 *
 * @throws {Error} where an embedded log cannot be opened; the message says why
 */
export async function openLog(configuration: Configuration, surroundings: LogSurroundings): Promise<StartingLog> {
  const { log: options, kafka, limits } = configuration;
  const { clock, random, telemetry } = surroundings;
  const routed = [...new Set(configuration.routes.map((route) => route.topic))];
  const compacted = nodeTopics(configuration);
  const topics = [...routed, ...compacted];
  if (kafka) {
    const { openKafkaLog } = await import("../adapters/kafka/mod.ts");
    const log = await openKafkaLog({
      ...kafka,
      topics,
      compacted,
      deadlines: { appendMs: limits.publishSeconds * 1000 },
      limits: { concurrentReads: limits.replaysAtOnce },
      telemetry,
      random,
    });
    const shared = compacted.includes(PRESENCE_TOPIC) ? { presenceTopic: PRESENCE_TOPIC } : {};
    return { log: remembering(log), startup: log.startup, ...shared };
  }
  const embedded = {
    ...Object.fromEntries(routed.map((topic) => [topic, options.partitions])),
    ...Object.fromEntries(compacted.map((topic) => [topic, 1])),
  };
  const retention = {
    compacted,
    ...(options.retentionHours === undefined ? {} : { ageMs: options.retentionHours * 3_600_000 }),
    ...(options.retentionBytes === undefined ? {} : { bytes: options.retentionBytes }),
  };
  const { memoryLog, openSqliteLog } = await import("../adapters/log/mod.ts");
  const log = options.kind === "memory" ? memoryLog({ topics: embedded, clock, retention }) : remembering(
    await openSqliteLog({ path: `${options.path}/log.sqlite`, topics: embedded, retention, clock, telemetry }),
  );
  return { log, startup: Promise.resolve() };

  function remembering(log: OpenLog): OpenLog {
    return limits.tailMemoryBytes === 0 ? log : memoryTail(log, { bytes: limits.tailMemoryBytes, clock });
  }
}
