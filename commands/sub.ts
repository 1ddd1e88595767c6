/** `tidegate sub`: prints the publications of channels, one JSON object a line. */
import { takeWhile, tap } from "rxjs";
import type { SubCommand } from "../adapters/cli/mod.ts";
import { type ClientEvent, clientSocket, ConnectionEnded } from "../adapters/client/client_socket.ts";
import { errorText, print, printError, systemClock, systemRandom } from "./process.ts";
import type { ErrorJson, SubscriptionJson } from "../schema/json/server_json.ts";
import { retryWithJitter } from "../streams/retry_with_jitter.ts";
import { stopSignals } from "../adapters/process/stop_signals.ts";

/** The bounds of the longest wait before a new try, in milliseconds; the wait itself is a random part of it. */
const RETRY = { minMs: 1_000, maxMs: 20_000 };

/**
 * Subscribes and prints until a signal, or until enough was printed. A connection that ends is made again, and goes on
 * after the last publication that was printed.
 *
 * @returns the exit code: 0 after a signal or the last publication
 * @throws {Error} where the gateway refuses, or nobody reads what is printed
 */
export async function sub(command: SubCommand): Promise<number> {
  using signals = stopSignals();
  const cursors = new Map<string, string>();
  for (const channel of command.channels) if (command.since !== undefined) cursors.set(channel, command.since);
  let resume: string | undefined;
  let printed = 0;

  const events$ = clientSocket(command).pipe(
    tap(take),
    retryWithJitter({
      ...RETRY,
      random: systemRandom.fraction,
      scheduler: systemClock.scheduler,
      isWorthIt: (error) => error instanceof ConnectionEnded && error.retry,
      notify: (error, waitMs) => printError(`${errorText(error)}; trying again in ${(waitMs / 1000).toFixed(1)} s`),
    }),
    takeWhile(() => command.count === undefined || printed < command.count),
  );
  return await new Promise((resolve, reject) => {
    const subscription = events$.subscribe({
      error: reject,
      complete: () => resolve(0),
    });
    void signals.first.then(() => {
      subscription.unsubscribe();
      resolve(0);
    });
  });

  function take(event: ClientEvent): void {
    if (event.kind === "open") return open(event);
    const { frame, text } = event;
    if ("publication" in frame) {
      if (command.count !== undefined && printed >= command.count) return;
      // As the gateway wrote it: numbers of any size keep their digits.
      print(text.slice('{"publication":'.length, -1));
      printed++;
      cursors.set(frame.publication.channel, frame.publication.cursor);
    } else if ("connected" in frame) {
      resume = frame.connected.resume;
      for (const subscription of frame.connected.subscriptions) subscribed(subscription);
    } else if ("subscribed" in frame) subscribed(frame.subscribed);
    else if ("gap" in frame) {
      printError(`${frame.gap.channel}: the log lost messages (${frame.gap.reason})`);
      cursors.set(frame.gap.channel, frame.gap.cursor);
    } else if ("unsubscribed" in frame) {
      throw new ConnectionEnded(`${frame.unsubscribed.channel} was unsubscribed`, { retry: true });
    } else if ("error" in frame) refused(frame.error);
  }

  function open({ send }: Extract<ClientEvent, { kind: "open" }>): void {
    send({ type: "connect", ...(resume === undefined ? {} : { resume }), since: Object.fromEntries(cursors) });
    for (const [at, channel] of command.channels.entries()) {
      const since = cursors.get(channel);
      send({ type: "subscribe", id: at + 1, channel, ...(since === undefined ? {} : { since }) });
    }
  }

  function subscribed({ channel, cursor, recovered, reason }: SubscriptionJson): void {
    if (!command.channels.includes(channel)) return;
    if (!recovered) printError(`${channel}: some messages are missing (${reason})`);
    cursors.set(channel, cursor);
  }

  function refused({ code, message, retry }: ErrorJson): void {
    // The channel of the own user is subscribed on connect.
    if (code === "already_subscribed") return;
    throw new ConnectionEnded(message, { retry: retry !== "none" });
  }
}
