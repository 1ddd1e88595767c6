/** How a process of the benchmark takes commands: a JSON object a line on its standard input, an answer a line on its standard output. */
import { TextLineStream } from "../../tests/line_stream.ts";

/** A command's line. */
export interface CommandLine {
  readonly id: number;
  readonly command: string;
  readonly options: unknown;
}

/** A line that answers a command, or, with `event`, that none asked for. */
export type AnswerLine =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly event: unknown };

/** What a process can do, by the names of its commands; each takes options of a type of its own. */
export type Commands = Readonly<Record<string, (options: never) => unknown>>;

/** Carries out commands until the standard input ends, which is when the process that started this one ends. */
export async function obey(commands: Commands): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) void carryOut(commands, JSON.parse(line) as CommandLine);
}

/** Tells the process that started this one something that it did not ask for. */
export function tell(event: unknown): void {
  say({ event });
}

async function carryOut(commands: Commands, { id, command, options }: CommandLine): Promise<void> {
  try {
    const carry = commands[command] as (options: unknown) => unknown;
    say({ id, answer: (await carry(options)) ?? null });
  } catch (error) {
    say({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

function say(line: AnswerLine): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
