/** `tidegate pub`: publishes to a channel, and says where each message is. */
import type { PubCommand } from "../adapters/cli/mod.ts";
import type { ClientFrame } from "../domain/frame.ts";
import { normaliseJson } from "../domain/json_text.ts";
import type { Payload } from "../domain/publication.ts";
import { type ClientEvent, clientSocket } from "../adapters/client/client_socket.ts";
import { print, printError, systemRandom } from "./process.ts";
import { textLines } from "./text_lines.ts";

/** How many messages may wait for their answer while standard input is read. */
const IN_FLIGHT = 128;

/**
 * Publishes the message of the command line, or each line of standard input that is not empty, and prints the answer of each, one JSON
 * object a line, in the order in which they come.
 *
 * @returns the exit code: 0 where all were published, 1 where one was refused or its answer never came
 */
export async function pub(command: PubCommand): Promise<number> {
  const opened = Promise.withResolvers<(frame: ClientFrame) => void>();
  const failed = Promise.withResolvers<never>();
  const waiting = new Map<number, PromiseWithResolvers<boolean>>();
  const subscription = clientSocket(command).subscribe({ next: take, error: failed.reject });
  let sent = 0;
  let good = true;
  try {
    const send = await Promise.race([opened.promise, failed.promise]);
    for await (const text of command.payload === undefined ? textLines(Deno.stdin.readable) : [command.payload]) {
      while (waiting.size >= IN_FLIGHT) await Promise.race([failed.promise, anyAnswer()]);
      const id = ++sent;
      waiting.set(id, Promise.withResolvers());
      send({
        type: "publish",
        id,
        channel: command.channel,
        messageId: systemRandom.uuid(),
        payload: payloadOf(text, command),
        headers: command.headers,
      });
    }
    while (waiting.size > 0) await Promise.race([failed.promise, anyAnswer()]);
  } catch (error) {
    printError(error instanceof Error ? error.message : String(error));
    if (waiting.size > 0) {
      printError(`${waiting.size} messages without an answer: they may have been published, or not`);
    }
    return 1;
  } finally {
    subscription.unsubscribe();
  }
  return good ? 0 : 1;

  function anyAnswer(): Promise<boolean> {
    return Promise.race(Array.from(waiting.values(), ({ promise }) => promise));
  }

  function take(event: ClientEvent): void {
    if (event.kind === "open") return opened.resolve(event.send);
    const { frame } = event;
    if ("published" in frame) print(JSON.stringify(frame.published));
    else if ("error" in frame) {
      printError(frame.error.message);
      good = false;
    }
    if (!("id" in frame) || frame.id === undefined) return;
    waiting.get(frame.id)?.resolve(true);
    waiting.delete(frame.id);
  }
}

/** JSON as it is; anything else, or everything with `--text`, as a JSON string. */
function payloadOf(text: string, { text: always }: PubCommand): Payload {
  const json = always ? undefined : normaliseJson(text);
  return { kind: "json", text: json ?? JSON.stringify(text) };
}
