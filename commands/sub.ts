/** `tidegate sub`: prints the publications of channels, one JSON object a line. */
import { retry, takeWhile, tap, throwError, timer } from "rxjs";
import type { SubCommand } from "../adapters/cli/mod.ts";
import { type ClientEvent, clientSocket, ConnectionEnded } from "./client_socket.ts";
import { print, printError, systemRandom } from "./process.ts";
import { parseServerLine, publicationText, type ServerLine, type SubscribedLine } from "./server_lines.ts";
import { stopSignals } from "./stop_signals.ts";

/** The bounds of the time before a new try, in milliseconds; the time itself is random. */
const RETRY = { minMs: 500, maxMs: 20_000 };

/**
 * Subscribes and prints until a signal, or until enough was printed. A connection that ends is made again, and goes on
 * after the last publication that was printed.
 *
 * @returns the exit code: 0 after a signal or the last publication, 1 where the gateway refuses
 */
export async function sub(command: SubCommand): Promise<number> {
  using signals = stopSignals();
  const cursors = new Map<string, string>();
  for (const channel of command.channels) if (command.since !== undefined) cursors.set(channel, command.since);
  let resume: string | undefined;
  let printed = 0;

  const events$ = clientSocket(command).pipe(
    tap(take),
    retry({
      resetOnSuccess: true,
      delay: (error: unknown, count) => {
        if (!(error instanceof ConnectionEnded) || !error.retry) return throwError(() => error);
        const mostMs = Math.min(RETRY.minMs * 2 ** count, RETRY.maxMs);
        const waitMs = RETRY.minMs + systemRandom.fraction() * (mostMs - RETRY.minMs);
        printError(`${error.message}; trying again in ${(waitMs / 1000).toFixed(1)} s`);
        return timer(waitMs);
      },
    }),
    takeWhile(() => command.count === undefined || printed < command.count),
  );
  return await new Promise((resolve) => {
    const subscription = events$.subscribe({
      error: (error) => {
        printError(error instanceof Error ? error.message : String(error));
        resolve(1);
      },
      complete: () => resolve(0),
    });
    void signals.first.then(() => {
      subscription.unsubscribe();
      resolve(0);
    });
  });

  function take(event: ClientEvent): void {
    if (event.kind === "open") return open(event);
    const line = parseServerLine(event.text);
    if (line.publication) {
      if (command.count !== undefined && printed >= command.count) return;
      print(publicationText(event.text));
      printed++;
      cursors.set(line.publication.channel, line.publication.cursor);
    } else if (line.connected) {
      resume = line.connected.resume;
      for (const subscription of line.connected.subscriptions) subscribed(subscription);
    } else if (line.subscribed) subscribed(line.subscribed);
    else if (line.gap) {
      printError(`${line.gap.channel}: the log lost messages (${line.gap.reason})`);
      cursors.set(line.gap.channel, line.gap.cursor);
    } else if (line.unsubscribed) {
      throw new ConnectionEnded(`${line.unsubscribed.channel} was unsubscribed`, { retry: true });
    } else if (line.error) refused(line.error);
  }

  function open({ send }: Extract<ClientEvent, { kind: "open" }>): void {
    send({ type: "connect", ...(resume === undefined ? {} : { resume }), since: Object.fromEntries(cursors) });
    for (const [at, channel] of command.channels.entries()) {
      const since = cursors.get(channel);
      send({ type: "subscribe", id: at + 1, channel, ...(since === undefined ? {} : { since }) });
    }
  }

  function subscribed({ channel, cursor, recovered, reason }: SubscribedLine): void {
    if (!command.channels.includes(channel)) return;
    if (!recovered) printError(`${channel}: some messages are missing (${reason})`);
    cursors.set(channel, cursor);
  }

  function refused({ code, message, retry }: NonNullable<ServerLine["error"]>): void {
    // The channel of the own user is subscribed on connect.
    if (code === "already_subscribed") return;
    throw new ConnectionEnded(message, { retry: retry !== "none" });
  }
}
