/** `tidegate deny` and `tidegate allow`: write records of the deny-list. */
import { lastValueFrom } from "rxjs";
import type { AllowCommand, DenyCommand } from "../adapters/cli/mod.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { CONTROL_TOPIC, type Denial, denialKey } from "../domain/deny_list.ts";
import { partitionOf } from "../domain/partitioner.ts";
import type { OpenLog } from "../domain/ports/log.ts";
import { logState } from "./log_state.ts";
import { openLog } from "./open_log.ts";
import { errorText, print, processTelemetry, systemClock as clock, systemRandom as random } from "./process.ts";

/** How long a log that is away is waited for, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Denies a user or a token, or lets it in again, on every gateway of the log: within a second where gateways run.
 *
 * @returns the exit code, 0
 * @throws {Error} where the record could not be written; the message says why
 */
export async function deny(configuration: Configuration, command: DenyCommand | AllowCommand): Promise<number> {
  const { auth, log: { kind } } = configuration;
  const action = command.command;
  if (!auth.denyList) throw new Error(`Cannot ${action}: auth.deny_list is false, so that no gateway would look`);
  if (kind === "memory") throw new Error(`Cannot ${action}: log.kind is "memory", which is within the gateway alone`);
  const log = await open(configuration, action);
  try {
    await append(log, command);
  } finally {
    await log.close();
  }
  return 0;
}

async function open(configuration: Configuration, action: string): Promise<OpenLog> {
  const telemetry = processTelemetry({ ...configuration.telemetry, level: "error" });
  let starting;
  try {
    starting = await openLog({ ...configuration, routes: [] }, { clock, random, telemetry });
  } catch (error) {
    if (configuration.kafka) throw error;
    throw new Error(
      `Cannot ${action} while a gateway has the file of its log open: ${errorText(error)}; ` +
        "stop it meanwhile, or use Kafka, which many can write to",
    );
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Cannot reach the log within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    await Promise.race([starting.startup, late]);
    return starting.log;
  } catch (error) {
    await starting.log.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function append(log: OpenLog, command: DenyCommand | AllowCommand): Promise<void> {
  const key = denialKey(command.denied);
  const partitions = (await logState(log)).topics.get(CONTROL_TOPIC)?.partitions ?? 1;
  const denial = command.command === "deny" ? denialOf(command) : undefined;
  const record = {
    topic: CONTROL_TOPIC,
    partition: partitionOf("murmur2", { key, partitions }),
    key,
    value: denial ? new TextEncoder().encode(JSON.stringify(denial)) : null,
    headers: {},
  };
  const outcome = await lastValueFrom(log.append([record]));
  if (outcome.kind !== "appended") throw new Error(`Cannot ${command.command} ${key}: ${outcome.message}`);
  const until = denial?.until === undefined ? "" : ` until ${new Date(denial.until).toISOString()}`;
  print(`${command.command === "deny" ? "Denied" : "Allowed"}: ${key}${until}`);
}

function denialOf({ reason, forMs }: DenyCommand): Denial {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(forMs === undefined ? {} : { until: Date.now() + forMs }),
  };
}
