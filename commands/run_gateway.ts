/** A gateway that is plugged together and runs. */
import { lastValueFrom, Subject } from "rxjs";
import type { DenyList } from "../domain/deny_list.ts";
import { type Gateway, gateway } from "../domain/gateway.ts";
import type { Authenticator } from "../domain/ports/authenticator.ts";
import type { Telemetry } from "../domain/ports/telemetry.ts";
import type { Transport } from "../domain/ports/transport.ts";
import type { RouteTable } from "../domain/route_table.ts";
import type { Drain } from "../domain/run_session.ts";
import type { GatewaySettings } from "../domain/settings.ts";
import { topicMistakes, topicWarnings } from "../domain/topic_checks.ts";
import { capnpEnvelopes } from "../schema/mod.ts";
import { logState } from "./log_state.ts";
import type { StartingLog } from "./open_log.ts";
import { systemClock as clock, systemRandom as random } from "./process.ts";

/** What a gateway is run with. */
export interface RunOptions {
  readonly starting: StartingLog;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  readonly telemetry: Telemetry;
  readonly routes: RouteTable;
  readonly settings: GatewaySettings;
  /** Ends the sessions of tokens that are denied. */
  readonly denials?: DenyList | undefined;
}

/** A gateway that runs. */
export interface RunningGateway {
  readonly gateway: Gateway;
  /** Resolves when the log was reached for the first time and has what the routes need; rejects with what to mend. */
  readonly started: Promise<void>;
  /** Resolves when it was drained and every session has ended; rejects where the log's tail does. */
  readonly ended: Promise<void>;
  /** Ends its sessions gently. */
  drain(drain: Drain): void;
}

/** Plugs a gateway together, and hands its effects to the transport until there are no more. */
export function runGateway(options: RunOptions): RunningGateway {
  const { starting, transport, authenticator, telemetry, routes, settings, denials } = options;
  const { log, presenceTopic } = starting;
  const drain = new Subject<Drain>();
  const running = gateway(
    { log, transport, authenticator, clock, random, telemetry, envelopes: capnpEnvelopes },
    {
      routes,
      settings,
      drain,
      ...(denials ? { denials } : {}),
      ...(presenceTopic === undefined ? {} : { presenceTopic }),
    },
  );
  const performed = new Subject<void>();
  const ended = lastValueFrom(performed, { defaultValue: undefined });
  running.effects.subscribe({
    next: (effects) => transport.perform(effects),
    error: (error) => performed.error(error),
    complete: () => performed.complete(),
  });

  async function checkTopics(): Promise<void> {
    await starting.startup;
    const state = await logState(log);
    const mistakes = topicMistakes(routes, state);
    if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
    for (const warning of topicWarnings(routes, { state, settings })) telemetry.note("warn", warning);
  }

  return { gateway: running, started: checkTopics(), ended, drain: (given) => drain.next(given) };
}
