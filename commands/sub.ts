/** `tidegate sub`: prints the publications of channels, one JSON object a line. */
import { merge, takeUntil, tap } from "rxjs";
import type { SubCommand } from "../adapters/cli/mod.ts";
import { commandClient } from "../adapters/client/command_client.ts";
import type { ChannelEvent, ConnectionState } from "../client/mod.ts";
import { print, printError } from "./process.ts";
import { stopSignals } from "../adapters/process/stop_signals.ts";

/**
 * Subscribes and prints until a signal, or until enough was printed. A connection that ends is made again, and goes on
 * after the last publication that was printed.
 *
 * @returns the exit code: 0 after a signal or the last publication
 * @throws {Error} where the gateway refuses, or nobody reads what is printed
 */
export async function sub(command: SubCommand): Promise<number> {
  using signals = stopSignals();
  using client = commandClient(command);
  const { channels, since, count = Infinity } = command;
  let printed = 0;
  client.state.subscribe(tell);
  const events$ = merge(...channels.map((name) => client.events(name, since === undefined ? {} : { since })));
  return await new Promise((resolve, reject) => {
    const subscription = events$.pipe(tap(take), takeUntil(signals.first)).subscribe({
      next: () => {
        if (printed < count) return;
        subscription?.unsubscribe();
        resolve(0);
      },
      error: reject,
      complete: () => resolve(0),
    });
  });

  function take(event: ChannelEvent): void {
    if (event.kind === "publication") {
      if (printed >= count) return;
      // As the gateway wrote it: numbers of any size keep their digits.
      print(event.publication.source);
      printed++;
    } else if (event.kind === "gap") {
      printError(`${event.channel}: the log lost messages (${event.reason})`);
    } else if (event.kind === "skipped") {
      printError(`${event.channel}: ${event.count} messages were left out: this client is too slow`);
    } else if (event.kind === "subscribed" && !event.recovered) {
      printError(`${event.channel}: some messages are missing (${event.reason})`);
    }
  }
}

/** Says why there is no connection, and when there will be another try. */
export function tell(state: ConnectionState): void {
  if (state.kind === "waiting") printError(`${state.reason}; trying again in ${(state.retryMs / 1000).toFixed(1)} s`);
}
