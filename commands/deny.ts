/** `tidegate deny` and `tidegate allow`: write records of the deny-list. */
import type { AllowCommand, DenyCommand } from "../adapters/cli/mod.ts";
import type { Configuration } from "../adapters/config/mod.ts";
import { type Denial, denialKey } from "../domain/deny_list.ts";
import type { OpenLog } from "../domain/ports/log.ts";
import { askGateway, unasked } from "./ask_gateway.ts";
import { openLog } from "./open_log.ts";
import { writeDenial } from "./write_denial.ts";
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
  const { auth, admin, kafka, log: { kind } } = configuration;
  const action = command.command;
  if (!auth.denyList) throw new Error(`Cannot ${action}: auth.deny_list is false, so that no gateway would look`);
  if (!kafka && await askGateway(admin, command, tell)) return 0;
  if (kind === "memory") {
    throw new Error(
      `Cannot ${action}: log.kind is "memory", which is within the gateway alone, and ${unasked(admin)}`,
    );
  }
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
        `and ${unasked(configuration.admin)}; or stop it meanwhile`,
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
  const denial = command.command === "deny" ? denialOf(command) : null;
  await writeDenial(log, command.denied, denial);
  tell(command, denial?.until);
}

function tell({ command, denied }: DenyCommand | AllowCommand, untilMs: number | undefined): void {
  const until = untilMs === undefined ? "" : ` until ${new Date(untilMs).toISOString()}`;
  print(`${command === "deny" ? "Denied" : "Allowed"}: ${denialKey(denied)}${until}`);
}

function denialOf({ reason, forMs }: DenyCommand): Denial {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(forMs === undefined ? {} : { until: Date.now() + forMs }),
  };
}
