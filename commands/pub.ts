/** `tidegate pub`: publishes to a channel, and says where each message is. */
import type { PubCommand } from "../adapters/cli/mod.ts";
import { clientProtocol } from "../adapters/client/client_protocol.ts";
import { type ClientEvent, clientSocket } from "../adapters/client/client_socket.ts";
import type { ClientFrame } from "../domain/frame.ts";
import { normaliseJson } from "../domain/json_text.ts";
import type { Payload } from "../domain/publication.ts";
import { errorText, isClosedPipe, print, printError, systemRandom } from "./process.ts";
import { type Line, textLines } from "./text_lines.ts";

/** How many messages may wait for their answer while standard input is read. */
const IN_FLIGHT = 128;

/** A connection that takes messages. */
interface Gateway {
  readonly send: (frame: ClientFrame) => void;
  /** No frame may have more bytes. */
  readonly maxFrameBytes: number;
}

/**
 * Publishes the message of the command line, or each line of standard input that is not empty, and prints the answer of each, one JSON
 * object a line, in the order in which they come. A line that cannot be published is named, and those after it are published. What the
 * gateway refuses because of a rate is sent again when it says so, in the order of the lines.
 *
 * @returns the exit code: 0 where all were published, 1 where one was refused or its answer never came
 */
export async function pub(command: PubCommand): Promise<number> {
  const connected = Promise.withResolvers<Gateway>();
  const waiting = new Map<number, ClientFrame>();
  let held: { frames: ClientFrame[]; forMs: number } = { frames: [], forMs: 0 };
  let answered = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  let interrupt = (_error: unknown) => {};
  let send = (_frame: ClientFrame) => {};
  let good = true;
  const subscription = clientSocket(command).subscribe({ next: take, error: fail });
  try {
    const gateway = await untilFailure(connected.promise);
    const lines = messages(command, gateway.maxFrameBytes);
    for (let next = await untilFailure(lines.next()); !next.done; next = await untilFailure(lines.next())) {
      await untilFewer(IN_FLIGHT, gateway);
      publish(next.value, gateway);
    }
    await untilFewer(1, gateway);
  } catch (error) {
    printError(errorText(error));
    if (waiting.size > 0) {
      printError(`${waiting.size} messages without an answer: they may have been published, or not`);
    }
    return 1;
  } finally {
    subscription.unsubscribe();
  }
  return good ? 0 : 1;

  function publish(line: Line, gateway: Gateway): void {
    if ("problem" in line) return refuse(line, line.problem);
    const { channel, headers } = command;
    const id = line.number;
    const payload = payloadOf(line.text, command);
    const frame = { type: "publish", id, channel, messageId: systemRandom.uuid(), payload, headers } as const;
    const bytes = clientProtocol(command).encode([frame]).length;
    if (bytes > gateway.maxFrameBytes) {
      return refuse(line, `its frame has ${bytes} bytes: the gateway takes at most ${gateway.maxFrameBytes}`);
    }
    waiting.set(id, frame);
    gateway.send(frame);
  }

  /** Waits until fewer messages wait for their answer, and none to be sent again. */
  async function untilFewer(most: number, gateway: Gateway): Promise<void> {
    while (waiting.size >= most || held.frames.length > 0) {
      if (held.frames.length === 0 || waiting.size > 0) {
        await untilFailure(answered.promise);
        continue;
      }
      const { frames, forMs } = held;
      held = { frames: [], forMs: 0 };
      await untilFailure(new Promise((resolve) => setTimeout(resolve, forMs)));
      for (const frame of frames) {
        if ("id" in frame && frame.id !== undefined) waiting.set(frame.id, frame);
        gateway.send(frame);
      }
    }
  }

  function refuse({ number }: Line, problem: string): void {
    printError(`Cannot publish ${command.payload === undefined ? `line ${number}` : "this message"}: ${problem}`);
    good = false;
  }

  function take(event: ClientEvent): void {
    if (event.kind === "open") {
      send = event.send;
      return send({ type: "connect" });
    }
    const { frame } = event;
    if ("connected" in frame) connected.resolve({ send, maxFrameBytes: frame.connected.maxFrameBytes });
    else if ("published" in frame) printAnswer(JSON.stringify(frame.published));
    else if ("error" in frame && frame.error.code === "rate_limited") hold(frame.id, frame.error.retryAfterMs);
    else if ("error" in frame) {
      printError(frame.error.message);
      good = false;
    }
    if (!("id" in frame) || frame.id === undefined) return;
    waiting.delete(frame.id);
    answered.resolve();
    answered = Promise.withResolvers();
  }

  function hold(id: number | undefined, forMs: number): void {
    const frame = id === undefined ? undefined : waiting.get(id);
    if (frame) held = { frames: [...held.frames, frame], forMs: Math.max(held.forMs, forMs) };
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

async function* messages({ payload }: PubCommand, longest: number): AsyncGenerator<Line> {
  if (payload === undefined) yield* textLines(Deno.stdin.readable, { longest });
  else yield { number: 1, text: payload };
}

/** JSON as it is; anything else, or everything with `--text`, as a JSON string. */
function payloadOf(text: string, { text: always }: PubCommand): Payload {
  const json = always ? undefined : normaliseJson(text);
  return { kind: "json", text: json ?? JSON.stringify(text) };
}
