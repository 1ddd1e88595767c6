/** Opens a log that is kept by Kafka. */
import type { OpenLog } from "../../domain/ports/log.ts";
import { kafkaAppend } from "./append.ts";
import type { KafkaLogOptions } from "./options.ts";
import { openReading } from "./reading.ts";

/** A log that is kept by Kafka. */
export interface KafkaLog extends OpenLog {
  /**
   * Resolves when the log is available for the first time. Rejects with `KafkaStartError` on a mistake that waiting does
   * not mend: a topic that does not exist and is not to be made, or that may not be seen or read; a refused password; a
   * certificate that one side does not trust; TLS or SASL on one side only, where that is certain; a broker older than
   * Kafka 2.3. Rejects with another error where the log is closed first. Nobody has to wait for it.
   */
  readonly startup: Promise<void>;
}

/**
 * Opens a Kafka log, whether brokers can be reached or not: until they can, its state says so, and they are tried for
 * ever. A tail, a read, a range or an append may be asked for at once.
 *
 * `LogState.available` follows brokers within 10 s both ways, and partition counts within 30 s. `high` is the end of what
 * can be read: records of open transactions are beyond it. Where a partition's log is cut short, or its topic is made
 * anew, a tail's `lost` batch ends where the log now goes on, which may be before where it starts.
 *
 * @throws {TypeError} where a broker's address is none
 */
export function openKafkaLog(options: KafkaLogOptions): Promise<KafkaLog> {
  return Promise.try(() => {
    const reading = openReading(options);
    const appending = kafkaAppend(reading.parts);
    let closed: Promise<void> | undefined;
    const close = async () => {
      options.signal?.removeEventListener("abort", onAbort);
      await appending.close();
      await reading.close();
    };
    const log: KafkaLog = {
      state: reading.state,
      startup: reading.startup,
      append: appending.append,
      tail: reading.tail,
      read: reading.read,
      range: reading.range,
      close: () => closed ??= close(),
    };
    const onAbort = () => void log.close();
    options.signal?.addEventListener("abort", onAbort);
    if (options.signal?.aborted) onAbort();
    return log;
  });
}
