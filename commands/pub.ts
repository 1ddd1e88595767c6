/** `tidegate pub`: publishes to a channel, and says where each message is. */
import type { PubCommand } from "../adapters/cli/mod.ts";
import { commandClient } from "../adapters/client/command_client.ts";
import { type Client, ClientClosed } from "../client/mod.ts";
import { isTooDeep, MAX_JSON_DEPTH, normaliseJson } from "../domain/json_text.ts";
import { errorText, isClosedPipe, print, printError } from "./process.ts";
import { tell } from "./sub.ts";
import { type Line, textLines } from "./text_lines.ts";

/** How many messages may wait for their answer while standard input is read. */
const IN_FLIGHT = 128;

/**
 * Publishes the message of the command line, or each line of standard input that is not empty, and prints the answer of each, one JSON
 * object a line. A line that cannot be published is named, and those after it are published. A connection that is lost is made again,
 * and what was not answered is sent again on it.
 *
 * @returns the exit code: 0 where all were published, 1 where one was refused or its answer never came
 */
export async function pub(command: PubCommand): Promise<number> {
  using client = commandClient(command);
  const waiting = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let interrupt = (_error: unknown) => {};
  let good = true;
  try {
    const maxFrameBytes = await connected(client, fail);
    const lines = messages(command, maxFrameBytes);
    for (let next = await untilFailure(lines.next()); !next.done; next = await untilFailure(lines.next())) {
      while (waiting.size >= IN_FLIGHT) await Promise.race(waiting);
      publish(next.value);
    }
    while (waiting.size > 0) await Promise.race(waiting);
  } catch (error) {
    printError(errorText(error));
    return 1;
  }
  return good ? 0 : 1;

  function publish(line: Line): void {
    if ("problem" in line) return refuse(line, line.problem);
    const { channel, headers } = command;
    const answer = client.publish(channel, jsonOf(line.text, command), { headers, raw: true }).then(
      ({ position, duplicate }) => printAnswer(JSON.stringify({ channel, position, duplicate })),
      (error) => {
        if (error instanceof ClientClosed) fail(error);
        refuse(line, errorText(error));
      },
    ).finally(() => waiting.delete(answer));
    waiting.add(answer);
  }

  function refuse({ number }: Line, problem: string): void {
    const what = command.payload === undefined ? `line ${number}` : "this message";
    printError(`Cannot publish ${what}: ${problem.replace(/^Cannot publish (to|on channel) \S+: /, "")}`);
    good = false;
  }

  /** Messages are published though nobody reads their answers. */
  function printAnswer(line: string): void {
    try {
      print(line);
    } catch (error) {
      if (!isClosedPipe(error)) fail(error);
    }
  }

  function fail(error: unknown): void {
    failure ??= { error };
    interrupt(error);
  }

  /** Unlike `Promise.race` with a promise that lasts, leaves nothing behind with each call. */
  function untilFailure<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (failure) reject(failure.error);
      interrupt = reject;
      promise.then(resolve, reject);
    });
  }
}

/**
 * Waits for the first connection, and resolves with the most bytes that a frame may have; rejects where the first try fails. Later
 * losses are told as they come; `ended` is told of the end.
 */
function connected(client: Client, ended: (error: unknown) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let first = true;
    client.state.subscribe((state) => {
      if (state.kind === "connected") {
        first = false;
        resolve(state.maxFrameBytes);
      } else if (state.kind === "closed") {
        reject(state.error);
        ended(state.error);
      } else if (first && state.kind === "waiting") reject(new Error(state.reason));
      else tell(state);
    });
  });
}

async function* messages({ payload }: PubCommand, longest: number): AsyncGenerator<Line> {
  if (payload === undefined) yield* textLines(Deno.stdin.readable, { longest });
  else yield { number: 1, text: payload };
}

/** JSON as it is; anything else, or everything with `--text`, as a JSON string. */
function jsonOf(text: string, { text: always }: PubCommand): string {
  if (!always && isTooDeep(text)) {
    throw new Error(`Cannot publish a value that is over ${MAX_JSON_DEPTH} levels deep: --text sends it as a text`);
  }
  return (always ? undefined : normaliseJson(text)) ?? JSON.stringify(text);
}
